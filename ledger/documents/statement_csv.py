"""An account statement as CSV (RFC 4180, UTF-8), one line at a time."""

from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Any

from core.documents.cells import csv_lines, protected
from ledger.queries import AccountStatement, StatementPart

HEADER = ("currency", "date", "what", "details", "transaction", "in", "out", "balance")


def statement_csv(statement: AccountStatement) -> Iterator[str]:
    """Lines of the file. Amounts are plain decimals, instants RFC 3339 in UTC."""
    parts = (_rows(part, statement.first, statement.last) for part in statement.parts)
    return csv_lines(chain([HEADER], chain.from_iterable(parts)))


def _rows(part: StatementPart, first: date, last: date) -> Iterator[tuple[Any, ...]]:
    yield part.currency, first, "Opening balance", "", "", "", "", part.opening
    for line in part.lines():
        yield (
            part.currency,
            line.at.isoformat().replace("+00:00", "Z"),
            protected(line.what),
            protected(line.details),
            line.transaction_id,
            line.came if line.came.amount else "",
            line.went if line.went.amount else "",
            line.balance,
        )
    totals = part.totals.total_in, part.totals.total_out
    yield part.currency, last, "Closing balance", "", "", *totals, part.closing
