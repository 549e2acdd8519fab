"""Recording transactions."""

from collections.abc import Iterable, Sequence

from django.db import IntegrityError

from core.retries import is_lost_race, retried
from ledger import engines
from ledger.errors import IdempotencyMismatch, PeriodClosed
from ledger.models import Transaction
from ledger.postings import Plan, Posted, Posting, plan
from ledger.queries.periods import first_open

PERIOD_OPEN = "ledger_transaction_period_open"

OVERTAKEN = ("ledger_transaction_key_once", "ledger_entry_account_seq_once", PERIOD_OPEN)
"""Constraints by which somebody was quicker: who posted the same key over other accounts, who
wrote to an account without locking it, or who closed the month while its last posting was under
way. A second look finds what they did."""


def post(posting: Posting) -> Posted:
    """Record one transaction; see ``post_batch``."""
    return post_batch([posting])[0]


def post_batch(postings: Sequence[Posting]) -> list[Posted]:
    """Record ``postings`` in order, all or none, however many in one call.

    Opens accounts that are missing. Locks all accounts by (tier, id) until the transaction ends;
    the time is read after that, and is never before an account's last entry.
    A key posted before moves nothing: its first answer comes back as ``replayed``.
    A deadlock or serialisation failure is tried again, unless the caller has a transaction open:
    then it is the caller's to repeat.

    :raises PostingRefused, Unbalanced: a posting cannot be meant.
    :raises InsufficientFunds, AccountFrozen, BalanceTooLarge: an account does not allow it.
    :raises AccountMismatch: an account exists and is described differently.
    :raises IdempotencyMismatch: a key has moved other money.
    :raises TransactionNotFound, AlreadyReversed, ReversalInexact: it may not be reversed so.
    :raises HoldNotFound, HoldResolved, HoldExpired, HoldNotDue: a hold may not be resolved so.
    :raises PeriodClosed: an ``effective_at`` is in a closed month.
    """
    plans = [plan(posting) for posting in postings]
    distinct = _distinct(plans)
    answers = dict(zip(distinct, _recorded(list(distinct.values())), strict=True))
    return [answers[one.key] for one in plans]


def is_posted(posting: Posting) -> bool:
    """Whether it is a repeated request, which has been checked and counted."""
    known = Transaction.objects.filter(idem_scope=posting.scope, idem_key=posting.key)
    return known.exists()


def _distinct(plans: Iterable[Plan]) -> dict[tuple[str, str], Plan]:
    """By key: a key twice in one batch is a repeated request like any other."""
    found: dict[tuple[str, str], Plan] = {}
    for one in plans:
        if found.setdefault(one.key, one).fingerprint != one.fingerprint:
            raise IdempotencyMismatch(key=one.posting.key)
    return found


def _may_succeed_now(error: BaseException) -> bool:
    overtaken = isinstance(error, IntegrityError) and any(name in str(error) for name in OVERTAKEN)
    return overtaken or is_lost_race(error)


@retried(_may_succeed_now)
def _recorded(plans: list[Plan]) -> list[Posted]:
    try:
        return engines.record(plans) if plans else []
    except IntegrityError as error:
        if PERIOD_OPEN in str(error):
            _check_periods(plans)
        raise


def _check_periods(plans: Iterable[Plan]) -> None:
    """What has no date of its own gets the time of recording, and is open at a second try."""
    closed_until = first_open()
    dates = (one.posting.effective_at for one in plans)
    if closed_until and any(at and at < closed_until for at in dates):
        raise PeriodClosed(
            f"The books are open from {closed_until:%d %B %Y} on.",
            field="effective_at",
            first_open=closed_until.isoformat(),
        )
