"""Accounts, and the transactions and entries that moved their money."""

from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from core.ids import uuid7
from core.money import Money

EMPTY_HASH = bytes(32)
"""What an account's first entry is chained to."""


def no_hash() -> bytes:
    return EMPTY_HASH


class AccountQuerySet(models.QuerySet["Account"]):
    def locked(self) -> Self:
        """Locked in (tier, id) order, hot accounts last: the one order that cannot deadlock."""
        return self.order_by("tier", "pk").select_for_update(of=("self",), no_key=True)

    def wallets_of(self, owner_id: UUID) -> Self:
        """What ``owner_id`` can spend, one account per currency."""
        return self.filter(owner_id=owner_id, kind=Account.Kind.WALLET).order_by("currency")


class Account(models.Model):
    """A pot of money of one currency. ``code`` names it outside, ``id`` stays inside.

    ``balance``, ``version`` (number of entries), ``last_at`` and ``head_hash`` are projections of
    the newest entry that a trigger keeps; nothing else can write them. ``tier`` orders locks.
    ``min_balance`` is the floor that the database enforces; null is none.
    """

    class Kind(models.TextChoices):
        WALLET = "wallet"
        HELD = "held"
        ESCROW = "escrow"
        PAYABLE = "payable"
        COMMISSION = "commission"
        PROMOTION = "promotion"
        TAX = "tax"
        CLEARING = "clearing"
        TRANSIT = "transit"
        SUSPENSE = "suspense"
        FX = "fx"

    class Status(models.TextChoices):
        OPEN = "open"
        FROZEN = "frozen"
        CLOSED = "closed"

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    owner_id = models.UUIDField(null=True)
    currency = models.CharField(max_length=3)
    tier = models.SmallIntegerField(default=0)
    min_balance = models.BigIntegerField(null=True)
    balance = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    head_hash = models.BinaryField(max_length=32, default=no_hash)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "currency"], name="ledger_account_id_currency"),
            models.CheckConstraint(
                condition=Q(balance__gte=F("min_balance")),
                name="ledger_account_balance_not_below_floor",
            ),
            models.CheckConstraint(
                condition=Q(version=0, balance=0, last_at__isnull=True)
                | Q(version__gte=1, last_at__isnull=False),
                name="ledger_account_version_counts_entries",
            ),
            models.CheckConstraint(
                condition=Exact(Length("currency"), 3), name="ledger_account_currency_three_letters"
            ),
            models.CheckConstraint(
                condition=Exact(Length("head_hash"), 32), name="ledger_account_head_hash_length"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "frozen"]) | Q(status="closed", balance=0),
                name="ledger_account_closed_is_empty",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner_id", "currency"], name="ledger_account_owner"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """The code that callers know it by: of a shard, that of the whole account."""
        return self.code.partition("#")[0]

    @property
    def money(self) -> Money:
        return Money(self.balance, self.currency)

    @property
    def floor(self) -> Money | None:
        """What the balance may not go below."""
        return None if self.min_balance is None else Money(self.min_balance, self.currency)


class TransactionQuerySet(models.QuerySet["Transaction"]):
    def of_owner(self, owner_id: UUID) -> Self:
        """Those that moved money of a wallet of ``owner_id``."""
        wallets = Account.objects.wallets_of(owner_id).order_by().values("pk")
        return self.filter(pk__in=Entry.objects.filter(account__in=wallets).values("transaction"))

    def with_entries(self) -> Self:
        """With entries in line order, their accounts, and the reversal, in a constant number
        of queries."""
        entries = Entry.objects.select_related("account").order_by("line_no")
        prefetch = models.Prefetch("entries", queryset=entries)
        return self.select_related("reversed_by").prefetch_related(prefetch)


class Transaction(models.Model):
    """One movement of money: at least two entries that sum to zero in each currency.

    Never changed; a mistake is mended by another transaction that ``reverses`` it.
    ``recorded_at`` is the database's clock, ``effective_at`` the business date (UTC).
    ``idem_scope`` and ``idem_key`` are unique forever, so a repeated request has one effect.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    idem_scope = models.CharField(max_length=80)
    idem_key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    lines = models.SmallIntegerField()
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by"
    )
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    reason = models.TextField(blank=True)
    metadata = models.JSONField(default=dict)

    objects = TransactionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["idem_scope", "idem_key"], name="ledger_transaction_key_once"
            ),
            models.UniqueConstraint(fields=["id", "lines"], name="ledger_transaction_id_lines"),
            models.CheckConstraint(
                condition=Q(lines__gte=2), name="ledger_transaction_lines_two_or_more"
            ),
            models.CheckConstraint(
                condition=Exact(Length("fingerprint"), 64),
                name="ledger_transaction_fingerprint_length",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-recorded_at", "-id"], name="ledger_transaction_newest"),
            models.Index(fields=["kind", "-recorded_at"], name="ledger_transaction_kind"),
            models.Index(fields=["effective_at", "id"], name="ledger_transaction_effective"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def amount(self) -> Money:
        """What was credited, in the first line's currency. Reads the entries: prefetch them."""
        entries = sorted(self.entries.all(), key=lambda entry: entry.line_no)
        currency = entries[0].currency
        amounts = (entry.amount for entry in entries if entry.currency == currency)
        return Money(sum(amount for amount in amounts if amount > 0), currency)

    @property
    def kind_label(self) -> str:
        """The kind as people read it: ``order_payment`` is "Order payment"."""
        return self.kind.replace("_", " ").capitalize()

    @property
    def order_number(self) -> str:
        """The order that it was for, or ""."""
        return str(self.metadata.get("order", ""))

    @property
    def is_reversed(self) -> bool:
        """Select ``reversed_by`` along in lists."""
        return hasattr(self, "reversed_by")


class Entry(models.Model):
    """One account's part of a transaction, and that account's balance after it.

    ``account_seq`` runs 1, 2, 3, ... per account; ``entry_hash`` chains it to the one before.
    Never changed.
    """

    id = models.BigAutoField(primary_key=True)
    transaction = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    line_no = models.SmallIntegerField()
    lines = models.SmallIntegerField()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    account_seq = models.BigIntegerField()
    balance_after = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    entry_hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "entries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "account_seq"], name="ledger_entry_account_seq_once"
            ),
            models.UniqueConstraint(
                fields=["transaction", "line_no"], name="ledger_entry_line_once"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_entry_amount_not_zero"),
            models.CheckConstraint(
                condition=Q(account_seq__gte=1), name="ledger_entry_account_seq_from_one"
            ),
            models.CheckConstraint(
                condition=Q(line_no__gte=1, line_no__lte=F("lines")),
                name="ledger_entry_line_in_range",
            ),
            models.CheckConstraint(
                condition=Exact(Length("entry_hash"), 32), name="ledger_entry_hash_length"
            ),
        ]
        indexes: ClassVar = [
            models.Index(  # covers "balance at a time": one descent, no visit to the table
                fields=["account", "-recorded_at", "-account_seq", "balance_after"],
                name="ledger_entry_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.account_seq}: {self.amount} {self.currency}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def money_after(self) -> Money:
        return Money(self.balance_after, self.currency)
