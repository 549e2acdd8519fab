"""What is and was on an account, which may be split in shards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import JSONObject

from core.money import Money
from ledger.chart import shard_codes
from ledger.models import Account, Entry
from ledger.models.books import AccountQuerySet
from ledger.postings import Balance
from ledger.queries.settled import settled


@dataclass(frozen=True, slots=True)
class PastBalance:
    """What was on account ``code`` at the instant ``at`` (UTC), after its ``version``-th entry.

    ``stable``: it is the same answer forever. Without it, a transaction that is still under way
    may turn out to have been recorded by then.
    """

    code: str
    balance: Money
    version: int
    at: datetime
    stable: bool


def balance_now(code: str) -> Balance:
    """:raises Account.DoesNotExist: nothing was ever posted to ``code``."""
    rows = _existing(code, accounts_of(code))
    total = Money(sum(row.balance for row in rows), rows[0].currency)
    return Balance(code, total, sum(row.version for row in rows))


def balance_at_version(code: str, version: int) -> Balance:
    """After the ``version``-th entry; 0 is before the first. The same answer forever.

    ``code`` is one account's, or one shard's: shards are not in order among each other.

    :raises Account.DoesNotExist: nothing was ever posted to ``code``.
    :raises Entry.DoesNotExist: there is no such entry yet.
    """
    account = Account.objects.get(code=code)
    if version == 0:
        return Balance(code, Money(0, account.currency), 0)
    entry = Entry.objects.get(account=account, account_seq=version)
    return Balance(code, entry.money_after, version)


def balance_at(code: str, at: datetime) -> PastBalance:
    """At the instant ``at`` (inclusive), by the time of recording: one index descent per row.

    :raises Account.DoesNotExist: nothing was ever posted to ``code``.
    """
    rows = _rows_at(code, at)
    if _is_over(code, rows):
        return _past_balance(code, rows, at, stable=True)
    with settled() as horizon:
        rows = _rows_at(code, at)
    return _past_balance(code, rows, at, stable=at < horizon or _is_over(code, rows))


def _rows_at(code: str, at: datetime) -> list[Account]:
    return _existing(code, accounts_of(code).annotate(found=newest(recorded_at__lte=at)))


def _is_over(code: str, rows: list[Account]) -> bool:
    """Nothing can come before the newest entry of an account; of shards, each has its own."""
    return [row.code for row in rows] == [code] and has_later_entry(rows[0])


def _past_balance(code: str, rows: list[Account], at: datetime, *, stable: bool) -> PastBalance:
    found = [found_in(row) for row in rows]
    total = Money(sum(balance for balance, _ in found), rows[0].currency)
    return PastBalance(code, total, sum(version for _, version in found), at, stable)


def accounts_of(code: str) -> AccountQuerySet:
    """The rows of account ``code``: one, or its shards."""
    return Account.objects.filter(code__in=shard_codes(code))


def newest(**recorded: datetime) -> Subquery:
    """An account's balance and version then, for ``found_in``, in one descent of one index.

    ``recorded`` is ``recorded_at__lte`` or ``recorded_at__lt``.
    """
    until = Entry.objects.filter(account=OuterRef("pk"), **recorded)
    last = until.order_by("-recorded_at", "-account_seq")
    both = JSONObject(balance=F("balance_after"), version=F("account_seq"))
    return Subquery(last.values(both=both)[:1])


def found_in(row: Any, name: str = "found") -> tuple[int, int]:
    """Balance (minor units) and version of an account that is annotated with ``newest``."""
    found = getattr(row, name)
    return (found["balance"], found["version"]) if found else (0, 0)


def has_later_entry(row: Any) -> bool:
    """An account's time never goes back, so nothing can be recorded before its newest entry."""
    version: int = row.version
    return version > found_in(row)[1]


def _existing(code: str, rows: Iterable[Account]) -> list[Account]:
    found = list(rows)
    if not found:
        raise Account.DoesNotExist(f"Nothing was ever posted to {code}.")
    return found
