"""How the figures went from day to day, week to week, month to month."""

from collections.abc import Mapping
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
"""How many whole days, weeks or months a moving average is of."""


@dataclass(frozen=True, slots=True)
class Point:
    """The figures of a day, of a week that begins on Monday, or of a month, as far as it was asked for.

    ``previous`` has those of ``before``: as many days, as much earlier as the days asked for are long.
    ``average`` is the mean net of the last seven days, four weeks or three months, the one that ends
    with this point included, minor units, rounded half to even. They are whole ones, also where they
    began before the days asked for; None where the days end in the middle of one.
    """

    days: Days
    figures: Figures
    before: Days
    previous: Figures
    average: int | None


@dataclass(frozen=True, slots=True)
class Trend:
    """The days asked for, and beside them as many before, cut at the same distances: both add up."""

    points: tuple[Point, ...]

    @property
    def total(self) -> Figures:
        return added(point.figures for point in self.points)

    @property
    def previous_total(self) -> Figures:
        return added(point.previous for point in self.points)


def trend(
    days: Days, interval: Interval, seller_id: UUID | None = None, engine: Engine = DATABASE
) -> Trend:
    """Points without sales are there, with zeros. One query, which reads what averages need, too."""
    since = min(days.previous.first, _averaged_since(days.first, interval))
    rows = sold_on(HourFact, Days(since, days.last), seller_id)
    found = dict(grouped(rows, "day", orders_of(seller_id), engine))
    nets = {day: figures.net for day, figures in found.items()}
    return Trend(
        tuple(
            Point(
                span,
                _figures(found, span),
                before := span.earlier(days.count),
                _figures(found, before),
                _average(nets, span.last, interval),
            )
            for span in _spans(days, interval)
        )
    )


def _spans(days: Days, interval: Interval) -> list[Days]:
    """The days, cut where an interval begins."""
    cut = [list(span) for _, span in groupby(days, lambda day: _begin(day, interval))]
    return [Days(span[0], span[-1]) for span in cut]


def _figures(found: Mapping[date, Figures], span: Days) -> Figures:
    return added(found[day] for day in span if day in found)


def _average(nets: Mapping[date, int], last: date, interval: Interval) -> int | None:
    """Of the whole intervals that end with ``last``; None if none does."""
    following = last + timedelta(days=1)
    if _begin(following, interval) != following:
        return None
    whole = Days(_averaged_since(last, interval), last)
    return rounded(sum(nets.get(day, 0) for day in whole), AVERAGED[interval])


def _averaged_since(day: date, interval: Interval) -> date:
    """When the first interval began of those that are averaged with the one of ``day``."""
    begin = _begin(day, interval)
    for _ in range(AVERAGED[interval] - 1):
        begin = _begin(begin - timedelta(days=1), interval)
    return begin


def _begin(day: date, interval: Interval) -> date:
    """When the day's interval began."""
    if interval == Interval.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday() if interval == Interval.WEEK else 0)
