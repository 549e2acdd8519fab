"""The books as plain dicts, slow and obvious, to hold the real ones against."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from core.errors import DomainError
from ledger import errors
from ledger.chart import AccountSpec
from ledger.services import Line

Refusals = set[type[DomainError]]


@dataclass
class ModelHold:
    wallet: AccountSpec
    held: AccountSpec
    amount: int
    expires_at: datetime | None
    is_open: bool = True

    def is_due(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def ending(self, captured: int = 0) -> tuple[Line, ...]:
        back = Line(self.wallet, self.amount - captured)
        return (Line(self.held, -self.amount), *([back] if back.amount else []))


@dataclass
class Model:
    """Balances and numbers of entries by code, shards as one account."""

    balances: Counter[str] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    frozen: set[str] = field(default_factory=set)
    holds: dict[UUID, ModelHold] = field(default_factory=dict)

    def refusals(self, *transactions: Iterable[Line]) -> Refusals:
        """What posting these, in order, may be refused for; nothing if it must succeed."""
        cannot_be_meant = {each for lines in transactions for each in _meaningless(tuple(lines))}
        if cannot_be_meant:
            return cannot_be_meant
        found: Refusals = set()
        after = self.balances.copy()
        for lines in transactions:
            for account, amount in _merged(lines).items():
                after[account.code] += amount
                if account.code in self.frozen:
                    found.add(errors.AccountFrozen)
                if account.min_balance is not None and after[account.code] < account.min_balance:
                    found.add(errors.InsufficientFunds)
        return found

    def apply(self, *transactions: Iterable[Line]) -> None:
        for lines in transactions:
            for account, amount in _merged(lines).items():
                self.balances[account.code] += amount
                self.versions[account.code] += 1

    def capture_refusals(self, hold: ModelHold, amount: int, now: datetime) -> Refusals:
        if amount > hold.amount:
            return {errors.CaptureTooLarge}
        if not hold.is_open:
            return {errors.HoldResolved}
        return {errors.HoldExpired} if hold.is_due(now) else set()

    def due(self, now: datetime) -> list[ModelHold]:
        """Those that a sweep ends: it leaves the frozen alone."""
        return [
            hold
            for hold in self.holds.values()
            if hold.is_open
            and hold.is_due(now)
            and not {hold.wallet.code, hold.held.code} & self.frozen
        ]


def _merged(lines: Iterable[Line]) -> Mapping[AccountSpec, int]:
    amounts: Counter[AccountSpec] = Counter()
    for line in lines:
        amounts[line.account] += line.amount
    return {account: amount for account, amount in amounts.items() if amount}


def _meaningless(lines: tuple[Line, ...]) -> Refusals:
    found: Refusals = set()
    if any(line.amount == 0 for line in lines) or len(_merged(lines)) < 2:
        found.add(errors.PostingRefused)
    totals: Counter[str] = Counter()
    for line in lines:
        totals[line.account.currency] += line.amount
    if any(totals.values()):
        found.add(errors.Unbalanced)
    return found
