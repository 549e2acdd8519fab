"""A report's table as CSV (RFC 4180, UTF-8)."""

from itertools import chain
from typing import Any

from analytics.documents.body import plain
from analytics.documents.tables import Column, Kind, Table
from core.documents.cells import csv_lines, protected


def table_csv(table: Table, currency: str) -> bytes:
    """The columns' names, then the rows. Amounts and rates are plain decimals, days ISO 8601, what is
    not known is empty, and no text is one that a spreadsheet runs.
    """
    header = [column.name for column in table.columns]
    rows = (
        [_cell(column, value, currency) for column, value in zip(table.columns, row, strict=True)]
        for row in table.rows
    )
    return "".join(csv_lines(chain([header], rows))).encode()


def _cell(column: Column, value: Any, currency: str) -> Any:
    shown = plain(column, value, currency)
    return protected(shown) if column.kind is Kind.TEXT else shown
