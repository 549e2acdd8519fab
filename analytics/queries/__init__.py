"""What reports say, read from facts alone: the cost depends on the days asked for, not on the history.

Every function takes ``Days`` and, for one seller's own report, the seller's id. Amounts are minor
units of the shop's currency; what was sold in another one is not in them.
"""

from analytics.queries.baskets import Pair, pairs
from analytics.queries.breakdowns import Part, categories, countries, products, sellers
from analytics.queries.cohorts import Cohort, cohorts
from analytics.queries.days import Days, day_of
from analytics.queries.figures import Figures
from analytics.queries.heat import Cell, heat_map
from analytics.queries.outcomes import Outcome, outcomes
from analytics.queries.report import SalesReport
from analytics.queries.segments import Segment, segments
from analytics.queries.suggestions import (
    Recommendations,
    Recommended,
    also_bought,
    buy_again,
    for_you,
)
from analytics.queries.summary import Summary, summary
from analytics.queries.trends import Point, Trend, trend

__all__ = [
    "Cell",
    "Cohort",
    "Days",
    "Figures",
    "Outcome",
    "Pair",
    "Part",
    "Point",
    "Recommendations",
    "Recommended",
    "SalesReport",
    "Segment",
    "Summary",
    "Trend",
    "also_bought",
    "buy_again",
    "categories",
    "cohorts",
    "countries",
    "day_of",
    "for_you",
    "heat_map",
    "outcomes",
    "pairs",
    "products",
    "segments",
    "sellers",
    "summary",
    "trend",
]
