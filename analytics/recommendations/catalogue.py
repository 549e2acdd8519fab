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
"""Of what is served unless the settings say otherwise."""

VERSIONS: Mapping[str, Blend] = {VERSION: Blend(), "ease-1": Blend(power=0)}
"""What can be served, by its ``algorithm_version``: with other parameters it is another. ``ease-1`` knows
no trend."""

ALGORITHMS: Mapping[str, Algorithm] = {
    "popularity": Popularity(),
    "popularity_30_days": Popularity(window=30),
    "popularity_recent": Popularity(half_life=7),
    "category_affinity": CategoryAffinity(),
    "item_cosine": ItemCosine(),
    "ease": Ease(),
    "ease_recent": Ease(half_life=90),
    SERVED: VERSIONS[VERSION],
}

PEERS: Mapping[str, Algorithm] = {"implicit_als": peers.Als(), "implicit_bm25": peers.Bm25()}


def compared() -> dict[str, Algorithm]:
    """Ours, and the peers where their library is installed."""
    return {**ALGORITHMS, **(PEERS if peers.INSTALLED else {})}
