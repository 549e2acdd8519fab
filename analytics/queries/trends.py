"""How the figures went from day to day, week to week, month to month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from analytics.engines import DATABASE, Engine
from analytics.models import HourFact
from analytics.queries.days import Days
from analytics.queries.figures import Figures, added, grouped, orders_of, sold_on
from core.money import rounded
from ledger.queries import Interval

AVERAGED = {Interval.DAY: 7, Interval.WEEK: 4, Interval.MONTH: 3}
"""How many points a moving average is of, the last one included."""


@dataclass(frozen=True, slots=True)
class Point:
    """The figures of a day, of a week that begins on Monday, or of a month, as far as it was asked for.

    ``average`` is the mean net of this point and those before it, minor units, rounded half to even.
    """

    days: Days
    figures: Figures
    average: int


@dataclass(frozen=True, slots=True)
class Trend:
    """The days asked for, and as many before them."""

    points: tuple[Point, ...]
    previous: tuple[Point, ...]

    @property
    def total(self) -> Figures:
        return added(point.figures for point in self.points)

    @property
    def previous_total(self) -> Figures:
        return added(point.figures for point in self.previous)


def trend(
    days: Days, interval: Interval, seller_id: UUID | None = None, engine: Engine = DATABASE
) -> Trend:
    """Points without sales are there, with zeros. Two queries."""
    before = _points(days.previous, interval, seller_id, engine)
    now = _points(days, interval, seller_id, engine)
    averages = _moving([figures.net for _, figures in (*before, *now)], AVERAGED[interval])
    points = [
        Point(span, figures, average)
        for (span, figures), average in zip((*before, *now), averages, strict=True)
    ]
    return Trend(tuple(points[len(before) :]), tuple(points[: len(before)]))


def _points(
    days: Days, interval: Interval, seller_id: UUID | None, engine: Engine
) -> list[tuple[Days, Figures]]:
    rows = sold_on(HourFact, days, seller_id)
    found = dict(grouped(rows, "day", orders_of(seller_id), engine))
    spans = [list(span) for _, span in groupby(days, lambda day: _begin(day, interval))]
    return [
        (Days(span[0], span[-1]), added(found[day] for day in span if day in found))
        for span in spans
    ]


def _moving(nets: Sequence[int], width: int) -> list[int]:
    """The mean of each and those before it, up to ``width``; of as many as there are at first."""
    windows = [nets[max(0, end - width) : end] for end in range(1, len(nets) + 1)]
    return [rounded(sum(window), len(window)) for window in windows]


def _begin(day: date, interval: Interval) -> date:
    """When the day's interval began."""
    if interval == Interval.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday() if interval == Interval.WEEK else 0)
