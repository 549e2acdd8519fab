"""Accounts under lock, and the rows that continue them.

A ``Journal`` holds what its accounts will be after the entries written so far, so that a batch is
decided in memory and inserted in two statements.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.ids import uuid7
from core.money import Money
from ledger.canonical import entry_hash
from ledger.errors import AccountFrozen, BalanceTooLarge, insufficient_funds
from ledger.models import Account, Entry, Hold, HoldResolution, Transaction
from ledger.postings import MAX_BALANCE, Balance, Line, NewHold, Plan, Posted, Resolution


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
            available = self.balance - account.min_balance
            raise insufficient_funds(available, -amount, account.currency)
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
        self.holds: list[Hold] = []
        self.resolutions: list[HoldResolution] = []
        self.headers: list[Transaction] = []

    def append(self, plan: Plan) -> Posted:
        """Continue the accounts of ``plan`` by its lines.

        :raises InsufficientFunds, AccountFrozen, BalanceTooLarge: a line may not be posted.
        """
        header = self._header(plan)
        self.headers.append(header)
        for line_no, line in enumerate(plan.lines, start=1):
            self.entries.append(self._entry(header, line_no, line))
        self.holds += [self._hold(header, hold) for hold in plan.posting.places]
        self.resolutions += [self._resolution(header, one) for one in plan.posting.resolves]
        codes = [line.account.code for line in plan.lines]
        balances = {code: self.running[code].snapshot() for code in codes}
        return Posted(header.pk, self.recorded_at, balances, replayed=False)

    def hold(self, hold_id: UUID) -> Hold | None:
        """One that was placed before this batch, or in it."""
        placed = Hold.objects.filter(pk=hold_id).first()
        return placed or next((new for new in self.holds if new.pk == hold_id), None)

    def resolution_of(self, hold: Hold) -> HoldResolution | None:
        """How it ended, before this batch or in it."""
        ended = HoldResolution.objects.filter(hold_id=hold.pk).first()
        return ended or next((new for new in self.resolutions if new.hold_id == hold.pk), None)

    def write(self) -> None:
        """Insert the entries and holds, then the headers whose trigger checks them."""
        Entry.objects.bulk_create(self.entries)
        Hold.objects.bulk_create(self.holds)
        HoldResolution.objects.bulk_create(self.resolutions)
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

    def _hold(self, header: Transaction, hold: NewHold) -> Hold:
        return Hold(
            id=hold.id,
            wallet=self.running[hold.wallet.code].account,
            held=self.running[hold.held.code].account,
            amount=hold.amount,
            purpose=hold.purpose,
            reference=hold.reference,
            expires_at=None if hold.lasting is None else self.recorded_at + hold.lasting,
            placed_by_id=header.pk,
            created_at=self.recorded_at,
        )

    def _resolution(self, header: Transaction, resolution: Resolution) -> HoldResolution:
        return HoldResolution(
            hold_id=resolution.hold_id,
            kind=resolution.kind,
            captured=resolution.captured,
            transaction_id=header.pk,
            resolved_at=self.recorded_at,
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
