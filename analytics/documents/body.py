"""A report as JSON: what the API answers, and what is stored and read again."""

from datetime import date
from decimal import Decimal
from typing import Any

from analytics.documents.tables import TABLES, Column, Kind, Table, names, table, title
from analytics.queries import SalesReport
from core.money import Money
from ledger.queries import Interval


def body(report: SalesReport) -> dict[str, Any]:
    """The days and what the figures are of, the summary and that of the days before, then each table
    by its name as a list of objects. Amounts and rates are decimal strings, days ISO 8601.
    """
    summary, previous = records(table(report, "summary"), report.currency)
    return {
        "from": report.days.first.isoformat(),
        "to": report.days.last.isoformat(),
        "group_by": report.interval.value,
        "currency": report.currency,
        "seller": str(report.seller_id) if report.seller_id else None,
        "summary": summary,
        "previous": previous,
        **{
            name: records(table(report, name), report.currency)
            for name in names(report)
            if name != "summary"
        },
    }


def records(table: Table, currency: str) -> list[dict[str, Any]]:
    """The rows as JSON objects."""
    return [
        {
            column.name: plain(column, value, currency)
            for column, value in zip(table.columns, row, strict=True)
        }
        for row in table.rows
    ]


def plain(column: Column, value: Any, currency: str) -> Any:
    """A value as JSON and CSV have it."""
    if value is None:
        return None
    if column.kind is Kind.MONEY:
        return str(Money(value, currency))
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def tables(content: dict[str, Any]) -> dict[str, Table]:
    """The tables that a body was made of, by their names."""
    rows = {name: content[name] for name in TABLES if name in content}
    rows["summary"] = [content["summary"], content["previous"]]
    interval, currency = Interval(content["group_by"]), content["currency"]
    return {
        name: Table(
            name,
            title(name, interval),
            TABLES[name],
            [_row(name, each, currency) for each in found],
        )
        for name, found in rows.items()
    }


def _row(name: str, record: dict[str, Any], currency: str) -> tuple[Any, ...]:
    return tuple(_value(column, record[column.name], currency) for column in TABLES[name])


def _value(column: Column, value: Any, currency: str) -> Any:
    """What ``plain`` was given."""
    if value is None:
        return None
    match column.kind:
        case Kind.MONEY:
            return Money.parse(value, currency).amount
        case Kind.DAY:
            return date.fromisoformat(value)
        case Kind.RATE:
            return Decimal(value)
        case _:
            return value
