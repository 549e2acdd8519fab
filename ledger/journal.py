"""Accounts under lock, and the rows that continue them.

A ``Journal`` holds what its accounts will be after the entries written so far, so that a batch is
decided in memory and inserted in two statements.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.ids import uuid7
from core.money import Money
from ledger.canonical import entry_hash
from ledger.errors import AccountFrozen, BalanceTooLarge, InsufficientFunds
from ledger.models import Account, Entry, Transaction
from ledger.postings import MAX_BALANCE, Balance, Line, Plan, Posted


@dataclass(slots=True)
class Running:
    """One locked account, moved forward in memory."""

    account: Account
    balance: int
    version: int
    head_hash: bytes

    @classmethod
    def of(cls, account: Account) -> "Running":
        return cls(account, account.balance, account.version, bytes(account.head_hash))

    def move(self, amount: int) -> None:
        """:raises InsufficientFunds, AccountFrozen, BalanceTooLarge: it may not."""
        account, after = self.account, self.balance + amount
        if account.status != Account.Status.OPEN:
            raise AccountFrozen(status=account.status)
        if account.min_balance is not None and after < account.min_balance:
            available = Money(self.balance - account.min_balance, account.currency)
            asked = Money(-amount, account.currency)
            raise InsufficientFunds(
                available=str(available), asked=str(asked), currency=account.currency
            )
        if abs(after) > MAX_BALANCE:
            raise BalanceTooLarge
        self.balance, self.version = after, self.version + 1

    def snapshot(self) -> Balance:
        money = Money(self.balance, self.account.currency)
        return Balance(self.account.code, money, self.version)


class Journal:
    """Entries and headers of one batch, all stamped ``recorded_at``."""

    def __init__(self, accounts: Iterable[Account], recorded_at: datetime) -> None:
        self.running = {account.code: Running.of(account) for account in accounts}
        self.recorded_at = recorded_at
        self.entries: list[Entry] = []
        self.headers: list[Transaction] = []

    def append(self, plan: Plan) -> Posted:
        """Continue the accounts of ``plan`` by its lines.

        :raises InsufficientFunds, AccountFrozen, BalanceTooLarge: a line may not be posted.
        """
        header = self._header(plan)
        self.headers.append(header)
        for line_no, line in enumerate(plan.lines, start=1):
            self.entries.append(self._entry(header, line_no, line))
        codes = [line.account.code for line in plan.lines]
        balances = {code: self.running[code].snapshot() for code in codes}
        return Posted(header.pk, self.recorded_at, balances, replayed=False)

    def write(self) -> None:
        """Insert the entries, then the headers whose trigger checks them."""
        Entry.objects.bulk_create(self.entries)
        Transaction.objects.bulk_create(self.headers)

    def _header(self, plan: Plan) -> Transaction:
        posting = plan.posting
        return Transaction(
            id=uuid7(),
            kind=posting.kind,
            idem_scope=posting.scope,
            idem_key=posting.key,
            fingerprint=plan.fingerprint,
            lines=len(plan.lines),
            reverses_id=posting.reverses,
            effective_at=posting.effective_at or self.recorded_at,
            recorded_at=self.recorded_at,
            actor_id=posting.actor_id,
            reason=posting.reason,
            metadata=dict(posting.metadata),
        )

    def _entry(self, header: Transaction, line_no: int, line: Line) -> Entry:
        running = self.running[line.account.code]
        running.move(line.amount)
        entry = Entry(
            transaction_id=header.pk,
            line_no=line_no,
            lines=header.lines,
            account_id=running.account.pk,
            currency=running.account.currency,
            amount=line.amount,
            account_seq=running.version,
            balance_after=running.balance,
            recorded_at=header.recorded_at,
        )
        entry.entry_hash = entry_hash(running.head_hash, running.account.code, entry)
        running.head_hash = entry.entry_hash
        return entry
