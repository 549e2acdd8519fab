"""Does everything that the books promise hold? Read from the rows, whatever the guards say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from ledger.canonical import entry_hash
from ledger.models import EMPTY_HASH, Account, Entry, Transaction


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """``rule`` is broken at ``subject``: an account's code or a transaction's id."""

    rule: str
    subject: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.rule} at {self.subject}: {self.detail}".removesuffix(": ")


def discrepancies() -> list[Discrepancy]:
    """Every broken promise, empty when there is none. Reads all entries once, streaming them.

    Run it in a quiet moment or a repeatable-read transaction: it takes several statements.
    """
    return [*_transactions(), *_reversals(), *_currencies(), *_accounts()]


def _transactions() -> Iterator[Discrepancy]:
    """Headers with too few or foreign lines, entries without header, totals that are not zero."""
    headers = Transaction.objects.annotate(
        present=Count("entries"),
        strange=Count("entries", filter=~Q(entries__lines=F("lines"))),
    )
    for header in headers.exclude(present=F("lines"), strange=0).iterator():
        yield Discrepancy("transaction complete", str(header.pk), f"not {header.lines} entries")
    known = Transaction.objects.filter(pk=OuterRef("transaction_id"))
    orphans = Entry.objects.filter(~Exists(known)).values_list("transaction_id", flat=True)
    for transaction_id in orphans.distinct():
        yield Discrepancy("entries have a header", str(transaction_id))
    totals = Entry.objects.values("transaction_id", "currency").annotate(total=Sum("amount"))
    for row in totals.exclude(total=0):
        detail = f"{row['total']} {row['currency']}"
        yield Discrepancy("transaction balanced", str(row["transaction_id"]), detail)


def _reversals() -> Iterator[Discrepancy]:
    reversals = Transaction.objects.filter(reverses__isnull=False)
    for header in reversals.select_related("reverses").iterator():
        original = header.reverses
        if original is None or _lines(header, -1) != _lines(original, 1):
            yield Discrepancy("reversal exact", str(header.pk), f"of {header.reverses_id}")


def _lines(header: Transaction, sign: int) -> list[tuple[int, int]]:
    lines = header.entries.values_list("account_id", "amount")
    return sorted((account_id, sign * amount) for account_id, amount in lines)


def _currencies() -> Iterator[Discrepancy]:
    totals = Account.objects.values("currency").annotate(total=Sum("balance"))
    for row in totals.exclude(total=0):
        yield Discrepancy("currency sums to zero", row["currency"], str(row["total"]))


def _accounts() -> Iterator[Discrepancy]:
    accounts = Account.objects.in_bulk()
    seen: set[int] = set()
    entries = Entry.objects.order_by("account_id", "account_seq").iterator(chunk_size=5_000)
    for account_id, chain in groupby(entries, key=lambda entry: entry.account_id):
        seen.add(account_id)
        if account_id in accounts:
            yield from _chain(accounts[account_id], chain)
        else:
            yield Discrepancy("entries have an account", str(account_id))
    for pk in accounts.keys() - seen:
        yield from _chain(accounts[pk], ())


def _chain(account: Account, entries: Iterable[Entry]) -> Iterator[Discrepancy]:
    """One account's entries, each held against the one before it, the last against the account."""
    balance, version, last_at, head = 0, 0, None, EMPTY_HASH
    for entry in entries:
        at = f"entry {entry.account_seq}"
        for rule in _broken(account, entry, (balance, version, last_at, head)):
            yield Discrepancy(rule, account.code, at)
        balance, version = entry.balance_after, entry.account_seq
        last_at, head = entry.recorded_at, bytes(entry.entry_hash)
    if (account.balance, account.version, account.last_at) != (balance, version, last_at):
        yield Discrepancy("account projects its last entry", account.code)
    if bytes(account.head_hash) != head:
        yield Discrepancy("head hash is the last entry's", account.code)


def _broken(
    account: Account, entry: Entry, previous: tuple[int, int, datetime | None, bytes]
) -> Iterator[str]:
    balance, version, last_at, head = previous
    rules = {
        "sequence without gaps": entry.account_seq == version + 1,
        "running balance": entry.balance_after == balance + entry.amount,
        "time does not go back": last_at is None or last_at <= entry.recorded_at,
        "entry in its account's currency": entry.currency == account.currency,
        "hash chain": bytes(entry.entry_hash) == entry_hash(head, account.code, entry),
    }
    if account.min_balance is not None:
        rules["not below floor"] = entry.balance_after >= account.min_balance
    return (rule for rule, holds in rules.items() if not holds)
