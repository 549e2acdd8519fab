"""What a person's bank would send them: every currency, from one day to another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from core import clock
from core.errors import Invalid
from core.money import Money
from ledger.chart import wallet
from ledger.models import Account, Entry, Transaction
from ledger.queries.statements import Statement, statement

MAX_DAYS = 366
AT_A_TIME = 500
"""Entries that are read in one go, however long the statement."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry: ``came`` or ``went`` is zero, neither is below it. ``at`` is UTC."""

    at: datetime
    what: str
    details: str
    transaction_id: UUID
    came: Money
    went: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class StatementPart:
    """One currency: ``closing`` is ``opening`` and every one of the ``count`` lines."""

    account_id: int
    currency: str
    totals: Statement

    @property
    def opening(self) -> Money:
        return self.totals.opening.balance

    @property
    def closing(self) -> Money:
        return self.totals.closing.balance

    @property
    def count(self) -> int:
        return self.totals.closing.version - self.totals.opening.version

    def lines(self) -> Iterator[StatementLine]:
        """In order, read in pieces between two versions, which never change."""
        seen, last = self.totals.opening.version, self.totals.closing.version
        while seen < last:
            until = min(seen + AT_A_TIME, last)
            between = {"account_seq__gt": seen, "account_seq__lte": until}
            entries = Entry.objects.filter(account_id=self.account_id, **between)
            for entry in entries.select_related("transaction").order_by("account_seq"):
                yield _line(entry)
            seen = until


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """Of whole UTC days, both inclusive; the last one as far as it had gone at ``as_of``."""

    first: date
    last: date
    as_of: datetime
    parts: Sequence[StatementPart]

    @property
    def count(self) -> int:
        return sum(part.count for part in self.parts)


def account_statement(user_id: UUID, first: date, last: date, currency: str) -> AccountStatement:
    """What moved what ``user_id`` could spend, ``currency``'s part first, even without a line.

    :raises Invalid: the days are in the wrong order, in the future, or more than 366.
    """
    now = clock.db_now().astimezone(UTC)
    _check_days(first, last, now.date())
    since = datetime.combine(first, time.min, UTC)
    until = min(datetime.combine(last, time.max, UTC), now)
    accounts = Account.objects.wallets_of(user_id)
    parts = [
        StatementPart(account.pk, account.currency, statement(account.code, since, until, 0, 0))
        for account in sorted(accounts, key=lambda account: account.currency != currency)
    ]
    if not parts or parts[0].currency != currency:
        nothing = Statement.empty(wallet(user_id, currency).code, currency)
        parts.insert(0, StatementPart(0, currency, nothing))
    return AccountStatement(first, last, now, parts)


def _check_days(first: date, last: date, today: date) -> None:
    if first > last:
        raise Invalid("This is after the last day.", field="first")
    if last > today:
        raise Invalid("This day has not come yet.", field="last")
    if last - first >= timedelta(days=MAX_DAYS):
        raise Invalid(f"Ask for {MAX_DAYS} days at most.", field="first")


def _line(entry: Entry) -> StatementLine:
    nothing = Money(0, entry.currency)
    came, went = (entry.money, nothing) if entry.amount > 0 else (nothing, -entry.money)
    return StatementLine(
        entry.recorded_at.astimezone(UTC),
        entry.transaction.kind_label,
        _details(entry.transaction),
        entry.transaction_id,
        came,
        went,
        entry.money_after,
    )


def _details(transaction: Transaction) -> str:
    """What it was for, in the words of who moved it."""
    said = (transaction.order_number, transaction.metadata.get("reference", ""), transaction.reason)
    return ", ".join(str(one) for one in said if one)
