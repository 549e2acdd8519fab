"""Which months are closed."""

from datetime import datetime

from django.db.models import Max, Min

from ledger.models import PeriodClose, Transaction
from ledger.models.periods import month_start


def first_open() -> datetime | None:
    """The first instant (UTC) that is not in a closed month, None before the first close."""
    found: datetime | None = PeriodClose.objects.aggregate(last=Max("ends_at"))["last"]
    return found


def next_to_close() -> datetime | None:
    """When the month begins that is to be closed next, None while there are no transactions."""
    if closed_until := first_open():
        return closed_until
    first = Transaction.objects.aggregate(first=Min("effective_at"))["first"]
    return month_start(first) if first else None


def in_open_period(wanted: datetime) -> datetime:
    """``wanted``, or the first instant after the closed months, for an ``effective_at``.

    Whoever leaves ``effective_at`` out has the time of recording, which is open.
    """
    closed_until = first_open()
    return max(wanted, closed_until) if closed_until else wanted
