"""A report as tables: what its JSON body, files, charts' captions and pages are all made of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from analytics.queries import Figures, Part, Point, SalesReport, Summary
from core.money import rounded

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Kind(Enum):
    """What a column's values are: str, ``date``, int, minor units, ``Decimal`` (0.25 is a quarter)."""

    TEXT = auto()
    DAY = auto()
    COUNT = auto()
    MONEY = auto()
    RATE = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is for programs, ``title`` for people."""

    name: str
    title: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """Rows have a value for each column, None where it is not known."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]

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
    return TABLES[name](report)


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
SPAN = (_day("from", "From"), _day("to", "To"))


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


def _summary(report: SalesReport) -> Table:
    """These days, and those before."""
    people = (
        _count("customers", "Customers"),
        _count("new_customers", "New customers"),
        _count("returning_customers", "Returning customers"),
    )
    both = (report.summary, report.previous)
    rows = [
        (one.days.first, one.days.last, *_figures(one.figures), *_customers(one)) for one in both
    ]
    return Table("summary", "Summary", (*SPAN, *FIGURES, *people), rows)


def _customers(summary: Summary) -> tuple[int, int, int]:
    return summary.customers, summary.new_customers, summary.returning_customers


def _trend(report: SalesReport) -> Table:
    """A point of the days before stands beside the one that is as far into them, if there is one."""
    points, before = report.trend.points, report.trend.previous
    earlier: list[Point | None] = [*before, *[None] * len(points)]
    columns = (
        *SPAN,
        *FIGURES,
        _money("moving_average", "Moving average of net"),
        _day("previous_from", "Previous from"),
        _money("previous_net", "Previous net"),
    )
    rows = [_point(now, then) for now, then in zip(points, earlier, strict=False)]
    return Table("trend", f"Net by {report.interval.value}", columns, rows)


def _point(now: Point, then: Point | None) -> tuple[Any, ...]:
    previous = (then.days.first, then.figures.net) if then else (None, None)
    return (now.days.first, now.days.last, *_figures(now.figures), now.average, *previous)


def _parts(name: str, title: str, parts: Iterable[Part], key: str = "Id") -> Table:
    columns = (_text(key.lower(), key), _text("name", "Name"), *FIGURES)
    rows = [(str(part.key), part.name, *_figures(part.figures)) for part in parts]
    return Table(name, title, columns, rows)


def _hours(report: SalesReport) -> Table:
    columns = (
        _count("weekday", "Weekday (1 is Monday)"),
        _text("day", "Day"),
        _count("hour", "Hour"),
        _count("orders", "Orders"),
        _count("units", "Units"),
        _money("paid", "Paid"),
    )
    rows = [
        (c.weekday, WEEKDAYS[c.weekday - 1], c.hour, c.orders, c.units, c.paid)
        for c in report.hours
    ]
    return Table("hours", "Hours of the week", columns, rows)


def _segments(report: SalesReport) -> Table:
    columns = (
        _text("name", "Segment"),
        _count("customers", "Customers"),
        _count("orders", "Orders"),
        _money("net", "Net"),
    )
    rows = [(s.name, s.customers, s.orders, s.net) for s in report.segments]
    return Table("segments", "Customer segments", columns, rows)


def _cohorts(report: SalesReport) -> Table:
    """A row for each cohort and month after it, the month itself included."""
    columns = (
        _day("month", "First bought in"),
        _count("months_later", "Months later"),
        _count("customers", "Customers"),
        _rate("retention", "Retention"),
    )
    rows = [
        (cohort.month, later, active, _share(active, cohort.customers))
        for cohort in report.cohorts
        for later, active in enumerate(cohort.active)
    ]
    return Table("cohorts", "Monthly cohorts", columns, rows)


def _pairs(report: SalesReport) -> Table:
    columns = (
        _text("first_id", "First id"),
        _text("first", "First product"),
        _text("second_id", "Second id"),
        _text("second", "Second product"),
        _count("baskets", "Baskets with both"),
        _rate("confidence", "Confidence"),
        _rate("lift", "Lift"),
    )
    rows = [
        (
            str(pair.first_id),
            pair.first,
            str(pair.second_id),
            pair.second,
            pair.baskets,
            _share(pair.baskets, pair.with_first),
            _share(pair.lift.numerator, pair.lift.denominator),
        )
        for pair in report.pairs
    ]
    return Table("pairs", "Bought together", columns, rows)


def _share(part: int, whole: int) -> Decimal:
    """To four decimals, half to even; 0 of nothing."""
    return Decimal(rounded(part * 10_000, whole) if whole else 0).scaleb(-4)


TABLES: Mapping[str, Callable[[SalesReport], Table]] = {
    "summary": _summary,
    "trend": _trend,
    "categories": lambda report: _parts("categories", "Categories", report.categories),
    "products": lambda report: _parts("products", "Best-selling products", report.products),
    "sellers": lambda report: _parts("sellers", "Sellers", report.sellers),
    "countries": lambda report: _parts("countries", "Countries", report.countries, key="Code"),
    "hours": _hours,
    "segments": _segments,
    "cohorts": _cohorts,
    "pairs": _pairs,
}
"""In the order of a report."""
