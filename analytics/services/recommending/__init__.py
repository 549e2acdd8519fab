"""Building recommendations: one job learns, others compute everybody's, the last one shows them."""

from analytics.services.recommending.asking import ask_for_recommendations
from analytics.services.recommending.batches import build_batch
from analytics.services.recommending.building import build_recommendations
from analytics.services.recommending.living import forget_builds

__all__ = ["ask_for_recommendations", "build_batch", "build_recommendations", "forget_builds"]
