"""Every algorithm by its name."""

from collections.abc import Mapping

from analytics.recommendations import peers
from analytics.recommendations.algorithm import Algorithm, Model
from analytics.recommendations.blend import Blend, BlendModel
from analytics.recommendations.category_affinity import CategoryAffinity, CategoryAffinityModel
from analytics.recommendations.ease import Ease
from analytics.recommendations.item_cosine import ItemCosine
from analytics.recommendations.neighbours import Neighbours
from analytics.recommendations.popularity import Popularity, PopularityModel

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

VERSIONS: Mapping[str, str] = {SERVED: VERSION}
"""``algorithm_version`` of what is served, where it is not the algorithm's name."""

MODELS: Mapping[str, type[Model]] = {
    "popularity": PopularityModel,
    "popularity_30_days": PopularityModel,
    "popularity_recent": PopularityModel,
    "category_affinity": CategoryAffinityModel,
    "item_cosine": Neighbours,
    "ease": Neighbours,
    "ease_recent": Neighbours,
    SERVED: BlendModel,
}
"""What each has learnt, to be read from a file."""

PEERS: Mapping[str, Algorithm] = {"implicit_als": peers.Als(), "implicit_bm25": peers.Bm25()}


def neighbours(model: Model) -> Neighbours:
    """What of a model can be explained: items by the items that speak for them.

    :raises TypeError: the algorithm knows no such thing, so it cannot be served.
    """
    match model:
        case BlendModel():
            return model.neighbours
        case Neighbours():
            return model
    raise TypeError(f"{type(model).__name__} gives no reasons.")


def compared() -> dict[str, Algorithm]:
    """Ours, and the peers where their library is installed."""
    return {**ALGORITHMS, **(PEERS if peers.INSTALLED else {})}
