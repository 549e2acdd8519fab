"""What callers ask of the ledger and what it answers, and the rules that need no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from core.money import Money, exponent
from ledger.canonical import request_fingerprint
from ledger.chart import AccountSpec
from ledger.errors import AccountMismatch, BalanceTooLarge, PostingRefused, Unbalanced

MAX_BALANCE = 2**63 - 1
MAX_LINES = 2**15 - 1
MAX_SCOPE = 80
MAX_KEY = 200


@dataclass(frozen=True, slots=True)
class Line:
    """``amount`` minor units, not 0: above it for the account's holder, below it from them."""

    account: AccountSpec
    amount: int


@dataclass(frozen=True, slots=True)
class NewHold:
    """``amount`` minor units, above 0, of ``wallet`` to be set aside in ``held``.

    ``lasting`` after it is recorded it cannot be captured any more; None is never. Both accounts
    are the same person's.
    """

    id: UUID
    wallet: AccountSpec
    held: AccountSpec
    amount: int
    purpose: str
    reference: str = ""
    lasting: timedelta | None = None

    @property
    def lines(self) -> tuple[Line, Line]:
        """What a posting that places it must have among its lines."""
        return Line(self.wallet, -self.amount), Line(self.held, self.amount)


@dataclass(frozen=True, slots=True)
class Resolution:
    """The end of a hold: ``captured`` minor units of it go on, the rest comes back."""

    hold_id: UUID
    kind: str
    captured: int = 0


@dataclass(frozen=True, slots=True)
class Posting:
    """One transaction to be. ``(scope, key)`` names it forever: posted again, it moves nothing.

    ``lines`` sum to zero in each currency; several of one account become one.
    ``effective_at`` is the business date (default: when it is recorded). ``places`` and ``resolves``
    are the holds that its lines on held accounts are for.
    """

    kind: str
    key: str
    lines: tuple[Line, ...]
    scope: str = "mercat"
    effective_at: datetime | None = None
    actor_id: UUID | None = None
    reason: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    reverses: UUID | None = None
    places: tuple[NewHold, ...] = ()
    resolves: tuple[Resolution, ...] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """What is on account ``code`` after its ``version``-th entry."""

    code: str
    balance: Money
    version: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A recorded transaction and what it left on its accounts, by code.

    ``replayed``: it had been recorded before; the balances are those that it left then.
    """

    transaction_id: UUID
    recorded_at: datetime
    balances: Mapping[str, Balance]
    replayed: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A posting that may be posted: one line per row of the books, in order of first mention."""

    posting: Posting
    lines: tuple[Line, ...]
    fingerprint: str

    @property
    def key(self) -> tuple[str, str]:
        return self.posting.scope, self.posting.key


def plan(posting: Posting) -> Plan:
    """Merge and check.

    :raises PostingRefused: nothing is left to post, or a part of it cannot be meant.
    :raises Unbalanced: a currency does not sum to zero.
    :raises BalanceTooLarge: no account could take an amount, or all of them together.
    :raises AccountMismatch: two lines describe one account differently.
    """
    _check_texts(posting)
    lines = _merged(_on_rows(posting))
    _check_balanced(lines)
    _check_fits(lines)
    amounts = [(line.account.code, line.amount) for line in lines]
    ends = [resolution.hold_id for resolution in posting.resolves]
    fingerprint = request_fingerprint(
        posting.kind, amounts, posting.effective_at, posting.reverses, ends
    )
    return Plan(posting, lines, fingerprint)


def specs(lines: Iterable[Line]) -> dict[str, AccountSpec]:
    """Accounts of ``lines`` by code.

    :raises AccountMismatch: two lines describe one account differently.
    """
    found: dict[str, AccountSpec] = {}
    for line in lines:
        if found.setdefault(line.account.code, line.account) != line.account:
            raise AccountMismatch(f"Account {line.account.code} is described in two ways.")
    return found


def _check_texts(posting: Posting) -> None:
    if not (posting.kind and 0 < len(posting.key) <= MAX_KEY and len(posting.scope) <= MAX_SCOPE):
        raise PostingRefused("A posting needs a kind, and a key that is not too long.")
    if posting.effective_at and timezone.is_naive(posting.effective_at):
        raise PostingRefused("A time needs its zone.", field="effective_at")


def _on_rows(posting: Posting) -> list[Line]:
    spread = f"{posting.scope}:{posting.key}"
    return [Line(line.account.row_for(spread), line.amount) for line in posting.lines]


def _merged(lines: Iterable[Line]) -> tuple[Line, ...]:
    amounts: dict[str, int] = {}
    accounts = specs(lines := tuple(lines))
    for line in lines:
        if type(line.amount) is not int or line.amount == 0:
            raise PostingRefused("An amount is a whole number of minor units, and not zero.")
        if abs(line.amount) > MAX_BALANCE:
            raise BalanceTooLarge
        amounts[line.account.code] = amounts.get(line.account.code, 0) + line.amount
    merged = tuple(Line(accounts[code], amount) for code, amount in amounts.items() if amount)
    if not 2 <= len(merged) <= MAX_LINES:
        raise PostingRefused("A posting moves money between two accounts or more.")
    return merged


def _check_fits(lines: tuple[Line, ...]) -> None:
    """The guards add lines up in any order: no sum of theirs may leave BIGINT on the way."""
    if sum(line.amount for line in lines if line.amount > 0) > MAX_BALANCE:
        raise BalanceTooLarge


def _check_balanced(lines: tuple[Line, ...]) -> None:
    totals: dict[str, int] = {}
    for line in lines:
        exponent(line.account.currency)
        totals[line.account.currency] = totals.get(line.account.currency, 0) + line.amount
    off = {currency: str(Money(total, currency)) for currency, total in totals.items() if total}
    if off:
        raise Unbalanced(off=off)
