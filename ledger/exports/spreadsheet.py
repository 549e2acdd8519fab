"""The journal as CSV: a row for each entry, amounts in the column of their side."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain

from core.documents.cells import csv_lines, protected
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


def lines(span: Span) -> Iterator[str]:
    """A heading, then the entries of ``span`` in order of effective date."""
    rows = (_row(header, line) for header in transactions(span) for line in header.lines)
    return csv_lines(chain([COLUMNS], rows))


def _row(header: Header, line: Line) -> tuple[object, ...]:
    debit, credit = max(-line.amount, 0), max(line.amount, 0)
    return (
        _instant(header.effective_at),
        _instant(header.recorded_at),
        header.id,
        protected(header.kind),
        line.number,
        protected(line.account),
        protected(line.account_kind),
        line.currency,
        Money(debit, line.currency) if debit else "",
        Money(credit, line.currency) if credit else "",
        header.reverses_id or "",
        header.actor_id or "",
        protected(header.reason),
    )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
