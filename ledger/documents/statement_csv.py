"""An account statement as CSV (RFC 4180, UTF-8), one line at a time."""

import csv
from collections.abc import Iterator
from datetime import date
from typing import Any

from ledger.queries import AccountStatement, StatementPart

HEADER = ("currency", "date", "what", "details", "transaction", "in", "out", "balance")

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What spreadsheets take for the start of a formula (OWASP, CSV injection)."""


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def statement_csv(statement: AccountStatement) -> Iterator[str]:
    """Lines of the file. Amounts are plain decimals, instants RFC 3339 in UTC."""
    write = csv.writer(_Line()).writerow
    yield write(HEADER)
    for part in statement.parts:
        yield from map(write, _rows(part, statement.first, statement.last))


def _rows(part: StatementPart, first: date, last: date) -> Iterator[tuple[Any, ...]]:
    yield part.currency, first, "Opening balance", "", "", "", "", part.opening
    for line in part.lines():
        yield (
            part.currency,
            line.at.isoformat().replace("+00:00", "Z"),
            _text(line.what),
            _text(line.details),
            line.transaction_id,
            line.came if line.came.amount else "",
            line.went if line.went.amount else "",
            line.balance,
        )
    totals = part.totals.total_in, part.totals.total_out
    yield part.currency, last, "Closing balance", "", "", *totals, part.closing


def _text(words: str) -> str:
    """Words that no spreadsheet runs."""
    return f"'{words}" if words.lstrip(" ").startswith(FORMULA) else words
