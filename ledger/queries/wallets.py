"""What people have and had: to spend, and held for something."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import DateTimeField, UUIDField, Value

from core import clock
from core.money import Money
from ledger.models import Account, Hold
from ledger.models.books import AccountQuerySet
from ledger.postings import Balance
from ledger.queries.balances import found_in, has_later_entry, newest
from ledger.queries.settled import settled


@dataclass(frozen=True, slots=True)
class OpenHold:
    """Money set aside for ``reference``, until it is resolved or ``expires_at`` (None: never)."""

    id: UUID
    amount: Money
    purpose: str
    reference: str
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WalletBalance:
    """What a person has in one currency: ``available`` to spend, and ``held`` for something.

    ``version`` counts the entries of what is available.
    """

    user_id: UUID
    currency: str
    available: Money
    held: Money
    version: int
    as_of: datetime
    holds: tuple[OpenHold, ...] = ()

    @property
    def total(self) -> Money:
        return self.available + self.held


@dataclass(frozen=True, slots=True)
class PastWalletBalance:
    """What a person had in one currency at ``at`` (UTC); ``stable`` as in ``PastBalance``."""

    user_id: UUID
    currency: str
    available: Money
    held: Money
    version: int
    at: datetime
    stable: bool

    @property
    def total(self) -> Money:
        return self.available + self.held


def wallet_balances(user_id: UUID, currency: str) -> list[WalletBalance]:
    """A person's balances now, ``currency``'s first; it is there, at zero, without an account.

    One statement, so ``held`` is the sum of ``holds`` even while holds are placed and resolved.
    ``as_of`` (UTC) is read before it: what was committed by then is in it.
    """
    as_of = clock.db_now()
    rows = _accounts_and_holds(user_id)
    return [
        _wallet_balance(user_id, each, [row for row in rows if row.currency == each], as_of)
        for each in _in_order(currency, (row.currency for row in rows))
    ]


def wallet_balances_at(user_id: UUID, currency: str, at: datetime) -> list[PastWalletBalance]:
    """A person's balances at ``at`` (inclusive), ``currency``'s first, by the time of recording."""
    with settled() as horizon:
        accounts = list(own_accounts(user_id).annotate(found=newest(recorded_at__lte=at)))
    return [
        _past_balance(user_id, each, accounts, at, is_over=at < horizon)
        for each in _in_order(currency, (account.currency for account in accounts))
    ]


def wallet_balance(user_id: UUID, after: Balance, as_of: datetime, held: int) -> WalletBalance:
    """What a posting recorded at ``as_of`` left on a wallet, beside the minor units held then."""
    currency = after.balance.currency
    beside = Money(held, currency)
    return WalletBalance(user_id, currency, after.balance, beside, after.version, as_of)


def held_then(user_ids: Collection[UUID], at: datetime) -> dict[tuple[UUID | None, str], int]:
    """Minor units held at ``at`` (inclusive), by person and currency; nothing where none ever was."""
    held = Account.objects.filter(owner_id__in=user_ids, kind=Account.Kind.HELD)
    found = held.annotate(found=newest(recorded_at__lte=at))
    return {(account.owner_id, account.currency): found_in(account)[0] for account in found}


def own_accounts(user_id: UUID) -> AccountQuerySet:
    """What a person has to spend and what is held of it, in every currency."""
    kinds = (Account.Kind.WALLET, Account.Kind.HELD)
    return Account.objects.filter(owner_id=user_id, kind__in=kinds)


class _Row(NamedTuple):
    """An account, or an open hold: then ``hold_id`` is there, and ``minor`` its amount."""

    hold_id: UUID | None
    kind: str
    currency: str
    minor: int
    version: int
    purpose: str
    reference: str
    expires_at: datetime | None
    created_at: Any


def _accounts_and_holds(user_id: UUID) -> list[_Row]:
    """In one statement. The holds come first because they give the columns their types."""
    open_holds = Hold.objects.open().filter(held__owner_id=user_id).order_by()
    described = ("purpose", "reference", "expires_at", "created_at")
    holds = open_holds.values_list(
        "pk", Value("hold"), "held__currency", "amount", Value(0), *described
    )
    never, empty = Value(None, DateTimeField()), Value("")
    accounts = own_accounts(user_id).values_list(
        Value(None, UUIDField()),
        "kind",
        "currency",
        "balance",
        "version",
        empty,
        empty,
        never,
        never,
    )
    return list(starmap(_Row, holds.union(accounts, all=True)))


def _wallet_balance(
    user_id: UUID, currency: str, rows: Sequence[_Row], as_of: datetime
) -> WalletBalance:
    held = sum(row.minor for row in rows if row.kind == Account.Kind.HELD)
    wallets = [row for row in rows if row.kind == Account.Kind.WALLET]
    holds = [_open_hold(row.hold_id, row) for row in rows if row.hold_id]
    return WalletBalance(
        user_id,
        currency,
        available=Money(sum(row.minor for row in wallets), currency),
        held=Money(held, currency),
        version=sum(row.version for row in wallets),
        as_of=as_of,
        holds=tuple(sorted(holds, key=lambda hold: (hold.created_at, hold.id))),
    )


def _open_hold(hold_id: UUID, row: _Row) -> OpenHold:
    amount = Money(row.minor, row.currency)
    return OpenHold(hold_id, amount, row.purpose, row.reference, row.expires_at, row.created_at)


def _past_balance(
    user_id: UUID, currency: str, accounts: Iterable[Account], at: datetime, *, is_over: bool
) -> PastWalletBalance:
    """Without both accounts, only the clock can say that nothing will be recorded by ``at``."""
    of_kind = {account.kind: account for account in accounts if account.currency == currency}
    found = {kind: found_in(account) for kind, account in of_kind.items()}
    available, version = found.get(Account.Kind.WALLET, (0, 0))
    held, _ = found.get(Account.Kind.HELD, (0, 0))
    continued = len(of_kind) == 2 and all(map(has_later_entry, of_kind.values()))
    return PastWalletBalance(
        user_id,
        currency,
        Money(available, currency),
        Money(held, currency),
        version,
        at,
        stable=is_over or continued,
    )


def _in_order(first: str, currencies: Iterable[str]) -> list[str]:
    return [first, *sorted(set(currencies) - {first})]
