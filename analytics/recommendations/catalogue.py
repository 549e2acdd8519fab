"""Every algorithm by its name."""

from collections.abc import Mapping

from analytics.recommendations import peers
from analytics.recommendations.algorithm import Algorithm
from analytics.recommendations.blend import Blend
from analytics.recommendations.category_affinity import CategoryAffinity
from analytics.recommendations.ease import Ease
from analytics.recommendations.item_cosine import ItemCosine
from analytics.recommendations.popularity import Popularity

SERVED = "blend"
VERSION = "blend-1"
"""``algorithm_version`` of what ``SERVED`` builds: changes with its parameters."""

ALGORITHMS: Mapping[str, Algorithm] = {
    "popularity": Popularity(),
    "popularity_30_days": Popularity(window=30),
    "popularity_recent": Popularity(half_life=7),
    "category_affinity": CategoryAffinity(),
    "item_cosine": ItemCosine(),
    "ease": Ease(),
    "ease_recent": Ease(half_life=90),
    SERVED: Blend(),
}

PEERS: Mapping[str, Algorithm] = {"implicit_als": peers.Als(), "implicit_bm25": peers.Bm25()}


def compared() -> dict[str, Algorithm]:
    """Ours, and the peers where their library is installed."""
    return {**ALGORITHMS, **(PEERS if peers.INSTALLED else {})}
