"""What is and was on an account, and which transactions a person may see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from core import clock
from core.money import Money
from ledger.models import Account, Entry, Transaction, TransactionQuerySet
from ledger.postings import Balance
from ledger.verification import Discrepancy, discrepancies

__all__ = [
    "Discrepancy",
    "WalletBalance",
    "balance_at",
    "balance_at_version",
    "balance_now",
    "discrepancies",
    "movements_of",
    "transactions_of",
    "wallet_balance",
    "wallet_balances",
]


@dataclass(frozen=True, slots=True)
class WalletBalance:
    """What a person has in one currency: ``available`` to spend, and ``held`` for something."""

    user_id: UUID
    currency: str
    available: Money
    held: Money
    version: int
    as_of: datetime

    @property
    def total(self) -> Money:
        return self.available + self.held


def wallet_balances(user_id: UUID, currency: str) -> list[WalletBalance]:
    """A person's balances now, ``currency``'s first; it is there, at zero, without an account.

    ``as_of`` (UTC) is read before the balances: what was committed by then is in them.
    """
    as_of = clock.db_now()
    wallets = {account.currency: account for account in Account.objects.wallets_of(user_id)}
    others = [other for other in wallets if other != currency]
    return [
        _wallet_balance(user_id, each, wallets.get(each), as_of) for each in (currency, *others)
    ]


def wallet_balance(user_id: UUID, after: Balance, as_of: datetime) -> WalletBalance:
    """What a posting left on a wallet."""
    currency = after.balance.currency
    nothing = Money(0, currency)
    return WalletBalance(user_id, currency, after.balance, nothing, after.version, as_of)


def balance_now(code: str) -> Balance:
    """:raises Account.DoesNotExist: nothing was ever posted to ``code``."""
    account = Account.objects.get(code=code)
    return Balance(code, account.money, account.version)


def balance_at_version(code: str, version: int) -> Balance:
    """After the ``version``-th entry; 0 is before the first. The same answer forever.

    :raises Account.DoesNotExist: nothing was ever posted to ``code``.
    :raises Entry.DoesNotExist: there is no such entry yet.
    """
    account = Account.objects.get(code=code)
    if version == 0:
        return _empty(account)
    entry = Entry.objects.get(account=account, account_seq=version)
    return Balance(code, entry.money_after, version)


def balance_at(code: str, at: datetime) -> Balance:
    """At the instant ``at`` (inclusive), by the time of recording: one descent of one index.

    Not final for an ``at`` of just now: an entry stamped before it may commit after this read.

    :raises Account.DoesNotExist: nothing was ever posted to ``code``.
    """
    account = Account.objects.get(code=code)
    until = Entry.objects.filter(account=account, recorded_at__lte=at)
    newest = until.order_by("-recorded_at", "-account_seq")
    found = newest.values_list("balance_after", "account_seq").first()
    if found is None:
        return _empty(account)
    balance, version = found
    return Balance(code, Money(balance, account.currency), version)


def transactions_of(user_id: UUID | None) -> TransactionQuerySet:
    """Transactions of a person's wallets (None: all), newest first, with their entries."""
    every = Transaction.objects.all() if user_id is None else Transaction.objects.of_owner(user_id)
    return every.with_entries().order_by("-recorded_at", "-id")


def movements_of(user_id: UUID) -> QuerySet[Entry]:
    """Entries of a person's wallets, newest first, with their transactions."""
    own = Entry.objects.filter(account__in=Account.objects.wallets_of(user_id))
    return own.select_related("transaction").order_by("-recorded_at", "-id")


def _wallet_balance(
    user_id: UUID, currency: str, account: Account | None, as_of: datetime
) -> WalletBalance:
    available = account.money if account else Money(0, currency)
    version = account.version if account else 0
    return WalletBalance(user_id, currency, available, Money(0, currency), version, as_of)


def _empty(account: Account) -> Balance:
    return Balance(account.code, Money(0, account.currency), 0)
