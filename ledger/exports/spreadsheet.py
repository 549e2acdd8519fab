"""The journal as CSV: a row for each entry, amounts in the column of their side."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime

from core.money import Money
from ledger.exports.journal import Header, Line, Span, transactions

COLUMNS = (
    "effective_at",
    "recorded_at",
    "transaction",
    "kind",
    "line",
    "account",
    "account_kind",
    "currency",
    "debit",
    "credit",
    "reverses",
    "actor",
    "reason",
)

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def lines(span: Span) -> Iterator[str]:
    """A heading, then the entries of ``span`` in order of effective date."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for header in transactions(span):
        for line in header.lines:
            yield writer.writerow(_row(header, line))


def plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula: one would run what a stranger wrote."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _row(header: Header, line: Line) -> tuple[object, ...]:
    debit, credit = max(-line.amount, 0), max(line.amount, 0)
    return (
        _instant(header.effective_at),
        _instant(header.recorded_at),
        header.id,
        plain(header.kind),
        line.number,
        plain(line.account),
        plain(line.account_kind),
        line.currency,
        Money(debit, line.currency) if debit else "",
        Money(credit, line.currency) if credit else "",
        header.reverses_id or "",
        header.actor_id or "",
        plain(header.reason),
    )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text
