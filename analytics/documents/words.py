"""Figures in words: what pages show of a report's tables."""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from analytics.documents.changes import change
from analytics.documents.tables import Column, Kind, Table
from core.money import Money

FACTORS = {"lift"}
"""Rates that are no share of anything."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure, and how it is to the one of the days before."""

    title: str
    value: str
    change: str


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    is_number: bool


TILES = (
    "net",
    "orders",
    "average_order",
    "units",
    "customers",
    "new_customers",
    "refunds",
    "commission",
)
"""Of the summary."""


def tiles(summary: Table, currency: str) -> list[Tile]:
    now, before = summary.records()
    columns = {column.name: column for column in summary.columns}
    return [_tile(columns[name], now[name], before[name], currency) for name in TILES]


def _tile(column: Column, now: int, before: int, currency: str) -> Tile:
    said = changed(column, now, before, currency)
    return Tile(column.title, word(column, now, currency), said)


def changed(column: Column, now: int, before: int, currency: str) -> str:
    """In per cent of ``before``, which is said, too."""
    was, grown = word(column, before, currency), change(now, before)
    if grown is None:
        return f"Before: {was}"
    if not grown:
        return f"As before: {was}"
    return f"{'Up' if grown > 0 else 'Down'} {abs(grown):,.1%} from {was}"


def cells(table: Table, currency: str) -> list[list[Cell]]:
    """The rows, without the ids in them."""
    shown = [n for n, column in enumerate(table.columns) if not is_id(column)]
    return [
        [Cell(word(table.columns[n], row[n], currency), is_number(table.columns[n])) for n in shown]
        for row in table.rows
    ]


def heads(table: Table) -> list[Cell]:
    return [Cell(each.title, is_number(each)) for each in table.columns if not is_id(each)]


def is_number(column: Column) -> bool:
    return column.kind in {Kind.COUNT, Kind.MONEY, Kind.RATE}


def is_id(column: Column) -> bool:
    return column.kind is Kind.TEXT and (column.name == "id" or column.name.endswith("_id"))


def word(column: Column, value: Any, currency: str) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    match column.kind:
        case Kind.MONEY:
            return Money(value, currency).display()
        case Kind.COUNT:
            return f"{value:,}"
        case Kind.RATE:
            return f"{value:,.2f}" if column.name in FACTORS else f"{value:,.1%}"
        case Kind.DAY:
            return date_format(value, "j M Y")
        case _:
            return str(value)
