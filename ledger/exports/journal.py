"""What a journal consists of, read in pieces so that memory does not grow with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Min, Q, Sum

from core.money import Money
from ledger.models import Entry, Transaction
from ledger.queries.totals import SPLIT, high_part, low_part

CHUNK = 1_000
"""Transactions, or accounts, in memory at a time."""


# Cursors are planned for their first tenth unless told: nested loops over everything.
ONE_SNAPSHOT = """
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL cursor_tuple_fraction = 1
"""


@dataclass(frozen=True, slots=True)
class Span:
    """Days (UTC, both inclusive) by effective date; from the beginning without ``since``."""

    since: date | None
    until: date

    @property
    def opens_at(self) -> datetime | None:
        return datetime.combine(self.since, time.min, UTC) if self.since else None

    @property
    def ends_at(self) -> datetime:
        """The first instant after it."""
        return datetime.combine(self.until + timedelta(days=1), time.min, UTC)

    @property
    def first_day(self) -> date:
        """``since``, or the day of the oldest transaction, for which it looks."""
        if self.since:
            return self.since
        first = Transaction.objects.aggregate(first=Min("effective_at"))["first"]
        return min(first.astimezone(UTC).date(), self.until) if first else self.until


class Line(NamedTuple):
    """One entry: ``amount`` minor units, credit-positive."""

    number: int
    account: str
    account_kind: str
    currency: str
    amount: int


@dataclass(slots=True)
class Header:
    """A transaction without what an export leaves out. Not a model: there are many."""

    id: UUID
    kind: str
    effective_at: datetime
    recorded_at: datetime
    reverses_id: UUID | None
    actor_id: UUID | None
    reason: str
    lines: list[Line] = field(default_factory=list)


HEADER = ("id", "kind", "effective_at", "recorded_at", "reverses_id", "actor_id", "reason")
LINE = ("line_no", "account__code", "account__kind", "currency", "amount")


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """Credit-positive: what was on an account when the span began and when it ended."""

    code: str
    kind: str
    opening: Money
    closing: Money


@contextmanager
def one_snapshot() -> Iterator[None]:
    """What is read inside is of one moment, whatever is posted meanwhile.

    On SQLite by keeping writers waiting. Inside a caller's transaction, it is that one's moment.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(ONE_SNAPSHOT)
        yield


def transactions(span: Span) -> Iterator[Header]:
    """Those effective in ``span``, in order of effective date, with their lines."""
    found = Transaction.objects.filter(effective_at__lt=span.ends_at)
    if span.opens_at:
        found = found.filter(effective_at__gte=span.opens_at)
    rows = found.order_by("effective_at", "id").values_list(*HEADER).iterator(chunk_size=CHUNK)
    while chunk := [Header(*row) for row in islice(rows, CHUNK)]:
        by_id = {header.id: header for header in chunk}
        entries = Entry.objects.filter(transaction__in=by_id).order_by("transaction", "line_no")
        for header, *line in entries.values_list("transaction_id", *LINE):
            by_id[header].lines.append(Line(*line))
        yield from chunk


def balances(span: Span) -> Iterator[AccountBalance]:
    """Of every account with entries before the end of ``span``."""
    entries = Entry.objects.filter(transaction__effective_at__lt=span.ends_at)
    earlier = (
        Q(transaction__effective_at__lt=span.opens_at) if span.opens_at else Q(pk__isnull=True)
    )
    sums = entries.values_list("account__code", "account__kind", "currency").annotate(
        opening_high=Sum(high_part("amount"), filter=earlier, default=0),
        opening_low=Sum(low_part("amount"), filter=earlier, default=0),
        high=Sum(high_part("amount"), default=0),
        low=Sum(low_part("amount"), default=0),
    )
    for code, kind, currency, before_high, before_low, high, low in sums.order_by(
        "account__code"
    ).iterator(chunk_size=CHUNK):
        opening = Money(int(before_high) * SPLIT + int(before_low), currency)
        yield AccountBalance(code, kind, opening, Money(int(high) * SPLIT + int(low), currency))
