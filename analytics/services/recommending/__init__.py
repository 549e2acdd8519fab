"""Building recommendations: one job learns, others compute everybody's, the last one shows them.

What the jobs run is imported by those who run them: it loads numpy and scipy.
"""

from analytics.services.recommending.asking import ask_for_recommendations

__all__ = ["ask_for_recommendations"]
