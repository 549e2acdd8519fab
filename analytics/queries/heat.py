"""At what times of the week people buy."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Sum
from django.db.models.functions import ExtractIsoWeekDay

from analytics.engines import DATABASE, Engine
from analytics.models import HourFact
from analytics.queries.days import Days
from analytics.queries.figures import orders_of, sold_on


@dataclass(frozen=True, slots=True)
class Cell:
    """``weekday`` 1 (Monday) to 7, ``hour`` 0 to 23 of the shop's clock; ``paid`` is minor units.

    Of refunds nothing is taken off: they say when somebody brought something back.
    """

    weekday: int
    hour: int
    orders: int = 0
    units: int = 0
    paid: int = 0


def heat_map(days: Days, seller_id: UUID | None = None, engine: Engine = DATABASE) -> list[Cell]:
    """All 168 hours of the week, in order. One query."""
    rows = sold_on(HourFact, days, seller_id).annotate(weekday=ExtractIsoWeekDay("day"))
    summed = (
        rows.order_by()
        .values_list("weekday", "hour")
        .annotate(
            bought=Sum(orders_of(seller_id)),
            pieces=Sum("units"),
            paid=Sum(F("gross") - F("discount")),
        )
    )
    found = {
        (weekday, hour): [int(number) for number in numbers]
        for weekday, hour, *numbers in engine.rows(summed)
    }
    week = ((day, hour) for day in range(1, 8) for hour in range(24))
    return [Cell(day, hour, *found.get((day, hour), ())) for day, hour in week]
