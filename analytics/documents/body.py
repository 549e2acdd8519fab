"""A report as JSON: what the API answers, and what is stored."""

from datetime import date
from decimal import Decimal
from typing import Any

from analytics.documents.tables import Column, Kind, Table, names, table
from analytics.queries import SalesReport
from core.money import Money


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
