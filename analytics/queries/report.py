"""A whole report: all that is known about the sales of some days."""

from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from django.conf import settings

from analytics.engines import Engine, chosen
from analytics.queries.baskets import Pair, pairs
from analytics.queries.breakdowns import Part, categories, countries, products, sellers
from analytics.queries.cohorts import Cohort, cohorts
from analytics.queries.days import Days
from analytics.queries.heat import Cell, heat_map
from analytics.queries.segments import Segment, segments
from analytics.queries.summary import Summary, summary
from analytics.queries.trends import Trend, trend
from ledger.queries import Interval


@dataclass(frozen=True)
class SalesReport:
    """Of the shop or, with ``seller_id``, of one seller's own sales. Days without sales make zeros.

    Each part is read when it is first asked for, from facts alone: its cost is that of ``days``,
    not of the history. ``engine`` adds up (see ``analytics.engines``). Amounts are minor units of ``currency``.
    """

    days: Days
    interval: Interval = Interval.DAY
    seller_id: UUID | None = None
    engine: Engine = field(default_factory=chosen, repr=False, compare=False)

    @property
    def currency(self) -> str:
        code: str = settings.SHOP_CURRENCY
        return code

    @cached_property
    def summary(self) -> Summary:
        return summary(self.days, self.seller_id, self.engine)

    @cached_property
    def previous(self) -> Summary:
        """Of as many days before."""
        return summary(self.days.previous, self.seller_id, self.engine)

    @cached_property
    def trend(self) -> Trend:
        return trend(self.days, self.interval, self.seller_id, self.engine)

    @cached_property
    def categories(self) -> list[Part]:
        return categories(self.days, self.seller_id, self.engine)

    @cached_property
    def products(self) -> list[Part]:
        return products(self.days, self.seller_id, self.engine)

    @cached_property
    def sellers(self) -> list[Part]:
        """None in a seller's own report."""
        return [] if self.seller_id else sellers(self.days, self.engine)

    @cached_property
    def countries(self) -> list[Part]:
        return countries(self.days, self.seller_id, self.engine)

    @cached_property
    def hours(self) -> list[Cell]:
        return heat_map(self.days, self.seller_id, self.engine)

    @cached_property
    def segments(self) -> list[Segment]:
        return segments(self.days, self.seller_id, self.engine)

    @cached_property
    def cohorts(self) -> list[Cohort]:
        return cohorts(self.days, self.seller_id, self.engine)

    @cached_property
    def pairs(self) -> list[Pair]:
        return pairs(self.days, self.seller_id, self.engine)
