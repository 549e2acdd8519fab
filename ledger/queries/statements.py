"""What an account began with, what came and went, and what it ended with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db.models import Q, QuerySet, Sum

from core.money import Money
from ledger.models import Account, Entry
from ledger.postings import Balance
from ledger.queries.balances import found_in, has_later_entry, newest
from ledger.queries.settled import settled


@dataclass(frozen=True, slots=True)
class Statement:
    """An account from ``opening`` to ``closing``, and the entries between their versions.

    ``total_in`` and ``total_out`` (neither below zero) are of all of these, ``entries`` the asked
    part of them, in order, with their transactions. ``following`` is the version after which to go
    on, None at the end. ``stable``: no entry can be added to it, ever.
    """

    opening: Balance
    closing: Balance
    total_in: Money
    total_out: Money
    entries: Sequence[Entry]
    following: int | None
    stable: bool

    @classmethod
    def empty(cls, code: str, currency: str) -> Self:
        """Of an account that nothing was ever posted to."""
        nothing = Money(0, currency)
        start = Balance(code, nothing, 0)
        return cls(start, start, nothing, nothing, (), None, stable=False)


def statement(
    code: str, since: datetime, until: datetime, after_version: int, limit: int
) -> Statement:
    """The entries recorded from ``since`` to ``until`` (both inclusive) on one account or shard.

    At most ``limit`` of them, those after ``after_version``. One statement finds the versions that
    it runs between; all else is read between these, which never change.

    :raises Account.DoesNotExist: nothing was ever posted to ``code``.
    """
    ends = {"before": newest(recorded_at__lt=since), "found": newest(recorded_at__lte=until)}
    with settled() as horizon:
        account = Account.objects.annotate(**ends).get(code=code)
    opening, closing = _balance(account, "before"), _balance(account, "found")
    between = Entry.objects.filter(
        account=account, account_seq__gt=opening.version, account_seq__lte=closing.version
    )
    rest = between.filter(account_seq__gt=after_version).order_by("account_seq")
    entries = list(rest.select_related("transaction")[:limit])
    came, went = _turnover(between, account.currency)
    is_last = not entries or entries[-1].account_seq == closing.version
    return Statement(
        opening,
        closing,
        total_in=came,
        total_out=went,
        entries=entries,
        following=None if is_last else entries[-1].account_seq,
        stable=until < horizon or has_later_entry(account),
    )


def _balance(account: Account, end: str) -> Balance:
    minor, version = found_in(account, end)
    return Balance(account.code, Money(minor, account.currency), version)


def _turnover(entries: QuerySet[Entry], currency: str) -> tuple[Money, Money]:
    totals = entries.aggregate(
        came=Sum("amount", filter=Q(amount__gt=0), default=0),
        went=Sum("amount", filter=Q(amount__lt=0), default=0),
    )
    return Money(int(totals["came"]), currency), Money(-int(totals["went"]), currency)
