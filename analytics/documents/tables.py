"""A report as tables: what its JSON body, files, charts' captions and pages are all made of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from typing import Any

from analytics.queries import Days, Figures, Part, SalesReport, Summary
from core.money import share
from ledger.queries import Interval

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


Rows = list[tuple[Any, ...]]


class Kind(Enum):
    """What a column's values are: str, ``date``, int, minor units, ``Decimal`` (0.25 is a quarter)."""

    TEXT = auto()
    DAY = auto()
    COUNT = auto()
    MONEY = auto()
    RATE = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is for programs, ``title`` for people. ``nullable``: it may hold None, for not known."""

    name: str
    title: str
    kind: Kind
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows have a value for each column."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Rows

    def records(self) -> list[dict[str, Any]]:
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


def names(report: SalesReport) -> list[str]:
    """Of the tables that it has, in their order. A seller's report has none of sellers."""
    return [name for name in TABLES if name != "sellers" or not report.seller_id]


def table(report: SalesReport, name: str) -> Table:
    """Reads what the table is of, and nothing else.

    :raises KeyError: the report has no such table.
    """
    if name not in names(report):
        raise KeyError(name)
    return Table(name, title(name, report.interval), TABLES[name], ROWS[name](report))


def _text(name: str, title: str) -> Column:
    return Column(name, title, Kind.TEXT)


def _day(name: str, title: str) -> Column:
    return Column(name, title, Kind.DAY)


def _count(name: str, title: str) -> Column:
    return Column(name, title, Kind.COUNT)


def _money(name: str, title: str) -> Column:
    return Column(name, title, Kind.MONEY)


def _rate(name: str, title: str) -> Column:
    return Column(name, title, Kind.RATE)


FIGURES = (
    _count("orders", "Orders"),
    _count("units", "Units"),
    _money("gross", "Gross"),
    _money("discounts", "Discounts"),
    _money("refunds", "Refunds"),
    _money("net", "Net"),
    _money("commission", "Commission"),
    _rate("take_rate", "Take rate"),
    _money("average_order", "Average order"),
)
OF_ORDERS = {"orders", "average_order"}
WITHOUT_ORDERS = tuple(replace(each, nullable=each.name in OF_ORDERS) for each in FIGURES)
SPAN = (_day("from", "From"), _day("to", "To"))
PART = (_text("id", "Id"), _text("name", "Name"), *FIGURES)

TABLES: Mapping[str, tuple[Column, ...]] = {
    "summary": (
        *SPAN,
        *FIGURES,
        _count("customers", "Customers"),
        _count("new_customers", "New customers"),
        _count("returning_customers", "Returning customers"),
    ),
    "trend": (
        *SPAN,
        *FIGURES,
        replace(_money("moving_average", "Moving average of net"), nullable=True),
        _day("previous_from", "Previous from"),
        _money("previous_net", "Previous net"),
    ),
    "categories": (_text("id", "Id"), _text("name", "Name"), *WITHOUT_ORDERS),
    "products": PART,
    "sellers": PART,
    "countries": (_text("code", "Code"), _text("name", "Name"), *FIGURES),
    "hours": (
        _count("weekday", "Weekday (1 is Monday)"),
        _text("day", "Day"),
        _count("hour", "Hour"),
        _count("orders", "Orders"),
        _count("units", "Units"),
        _money("paid", "Paid"),
    ),
    "segments": (
        _text("name", "Segment"),
        _count("customers", "Customers"),
        _count("orders", "Orders"),
        _money("net", "Net"),
    ),
    "cohorts": (
        _day("month", "First bought in"),
        _count("months_later", "Months later"),
        _count("customers", "Customers"),
        _rate("retention", "Retention"),
    ),
    "pairs": (
        _text("first_id", "First id"),
        _text("first", "First product"),
        _text("second_id", "Second id"),
        _text("second", "Second product"),
        _count("baskets", "Baskets with both"),
        _rate("confidence", "Confidence"),
        _rate("lift", "Lift"),
    ),
}
"""The columns of each, in the order of a report."""


def title(name: str, interval: Interval) -> str:
    """Of a table, for people."""
    return f"Net by {interval.value}" if name == "trend" else TITLES[name]


TITLES = {
    "summary": "Summary",
    "categories": "Categories",
    "products": "Best-selling products",
    "sellers": "Sellers",
    "countries": "Countries",
    "hours": "Hours of the week",
    "segments": "Customer segments",
    "cohorts": "Monthly cohorts",
    "pairs": "Bought together",
}


def _figures(figures: Figures) -> tuple[Any, ...]:
    """In the order of ``FIGURES``. Where orders are not known, neither is what one was worth."""
    return (
        figures.orders,
        figures.units,
        figures.gross,
        figures.discount,
        figures.refunded,
        figures.net,
        figures.earned,
        figures.take_rate,
        None if figures.orders is None else figures.average_order,
    )


def _summary(report: SalesReport) -> Rows:
    """These days, and those before."""
    both = (report.summary, report.previous)
    return [(*_span(one.days), *_figures(one.figures), *_customers(one)) for one in both]


def _span(days: Days) -> tuple[date, date]:
    return days.first, days.last


def _customers(summary: Summary) -> tuple[int, int, int]:
    return summary.customers, summary.new_customers, summary.returning_customers


def _trend(report: SalesReport) -> Rows:
    """Beside each point, when as many days of the days before began, and their net."""
    return [
        (*_span(p.days), *_figures(p.figures), p.average, p.before.first, p.previous.net)
        for p in report.trend.points
    ]


def _parts(parts: Iterable[Part]) -> Rows:
    return [(str(part.key), part.name, *_figures(part.figures)) for part in parts]


def _hours(report: SalesReport) -> Rows:
    return [
        (c.weekday, WEEKDAYS[c.weekday - 1], c.hour, c.orders, c.units, c.paid)
        for c in report.hours
    ]


def _segments(report: SalesReport) -> Rows:
    return [(s.name, s.customers, s.orders, s.net) for s in report.segments]


def _cohorts(report: SalesReport) -> Rows:
    """A row for each cohort and month after it, the month itself included."""
    return [
        (cohort.month, later, active, share(active, cohort.customers))
        for cohort in report.cohorts
        for later, active in enumerate(cohort.active)
    ]


def _pairs(report: SalesReport) -> Rows:
    return [
        (
            str(pair.first_id),
            pair.first,
            str(pair.second_id),
            pair.second,
            pair.baskets,
            share(pair.baskets, pair.with_first),
            share(pair.lift.numerator, pair.lift.denominator),
        )
        for pair in report.pairs
    ]


ROWS: Mapping[str, Callable[[SalesReport], Rows]] = {
    "summary": _summary,
    "trend": _trend,
    "categories": lambda report: _parts(report.categories),
    "products": lambda report: _parts(report.products),
    "sellers": lambda report: _parts(report.sellers),
    "countries": lambda report: _parts(report.countries),
    "hours": _hours,
    "segments": _segments,
    "cohorts": _cohorts,
    "pairs": _pairs,
}
