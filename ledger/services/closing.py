"""Closing the books of a month, for ever."""

import hashlib
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from core import clock
from core.locks import lock_out_writers
from ledger.errors import PeriodNotClosable, ReasonMissing
from ledger.models import PeriodClose, Transaction
from ledger.models.periods import INSTANT, month_end
from ledger.queries.financials import financial_statements
from ledger.queries.periods import next_to_close
from ledger.queries.reports import as_data, canonical

FORMAT = 1
"""Version of the stored reports; it is part of them."""


def close_period(*, through: date, reason: str, actor_id: UUID | None) -> list[PeriodClose]:
    """Close every open calendar month (UTC) up to that of the day ``through``, in order.

    Afterwards nothing can become effective in them, and their reports stay what they are now:
    what comes late belongs to the first open month. Nothing opens a month again. Each month is a
    transaction of its own, for which postings have to wait; what was closed stays closed if a
    later month is refused.

    :raises ReasonMissing: ``reason`` is blank.
    :raises PeriodNotClosable: the month is closed, has not ended, or is before all transactions.
    :raises KindUnclassified: accounts of some kind are in no statement.
    """
    if not reason.strip():
        raise ReasonMissing
    closes = [_close_next(through, reason, actor_id)]
    while closes[-1].ends_at < month_end(through):
        closes.append(_close_next(through, reason, actor_id))
    return closes


def reports_of(starts_at: datetime, ends_at: datetime) -> bytes:
    """What the close of this month stores, from the entries: the same bytes ever after it."""
    before = PeriodClose.objects.filter(ends_at=starts_at).first()
    statements = financial_statements(ends_at - INSTANT, since=starts_at)
    return canonical(
        {
            "format": FORMAT,
            "previous": before.sha256 if before else None,
            "statements": as_data(statements),
        }
    )


@transaction.atomic
def _close_next(through: date, reason: str, actor_id: UUID | None) -> PeriodClose:
    """Waits for posters under way, and they wait for it: all are counted, or refused."""
    lock_out_writers(Transaction._meta.db_table)  # noqa: SLF001  # Django's documented Model API
    starts_at, at = next_to_close(), clock.db_now()
    ends_at = month_end(through)
    if starts_at is None:
        raise PeriodNotClosable("There are no books to close yet.", field="through", why="empty")
    if ends_at <= starts_at:
        why = f"The books are open from {starts_at:%d %B %Y} on."
        raise PeriodNotClosable(why, field="through", why="closed")
    if ends_at > at:
        why = f"The month ends on {ends_at - INSTANT:%d %B %Y}, in UTC."
        raise PeriodNotClosable(why, field="through", why="not_ended")
    ends_at = month_end(starts_at)
    reports = reports_of(starts_at, ends_at)
    return PeriodClose.objects.create(
        starts_at=starts_at,
        ends_at=ends_at,
        closed_at=at,
        actor_id=actor_id,
        reason=reason,
        reports=reports,
        sha256=hashlib.sha256(reports).hexdigest(),
    )
