"""The books in the back office: read-only for everybody, because history is not edited."""

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from ledger.models import Account, Entry, Transaction

NEWEST = 50
"""Entries shown on an account's page."""


class EntryInline(ReadOnlyInline):
    model = Entry
    show_change_link = False

    @admin.display(description="Amount")
    def amount_shown(self, entry: Entry) -> str:
        return entry.money.display()

    @admin.display(description="Balance after")
    def balance_shown(self, entry: Entry) -> str:
        return entry.money_after.display()


class AccountEntryInline(EntryInline):
    verbose_name_plural = "newest entries"
    fields = readonly_fields = (
        "account_seq",
        "transaction",
        "amount_shown",
        "balance_shown",
        "recorded_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        entries: QuerySet[Entry] = super().get_queryset(request)
        newest = entries.filter(account_seq__gt=F("account__version") - NEWEST)
        return newest.select_related("transaction").order_by("-account_seq")


class TransactionEntryInline(EntryInline):
    fields = readonly_fields = ("line_no", "account", "amount_shown", "balance_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        entries: QuerySet[Entry] = super().get_queryset(request)
        return entries.select_related("account").order_by("line_no")


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ("code", "kind", "currency", "balance_shown", "version", "status")
    list_filter = ("kind", "currency", "status")
    search_fields = ("code",)
    ordering = ("code",)
    fields = (
        "code",
        "kind",
        "currency",
        "balance_shown",
        "floor_shown",
        "version",
        "last_at",
        "status",
        "tier",
    )
    inlines = (AccountEntryInline,)

    @admin.display(description="Balance", ordering="balance")
    def balance_shown(self, account: Account) -> str:
        return account.money.display()

    @admin.display(description="Floor")
    def floor_shown(self, account: Account) -> str:
        return "none" if account.floor is None else account.floor.display()


@admin.register(Transaction)
class TransactionAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "amount_shown", "recorded_at", "effective_at", "reason")
    list_filter = ("kind",)
    search_fields = ("idem_key", "reason")
    date_hierarchy = "recorded_at"
    ordering = ("-recorded_at", "-id")
    fields = (
        "id",
        "kind",
        "amount_shown",
        "recorded_at",
        "effective_at",
        "idem_scope",
        "idem_key",
        "reverses",
        "actor_id",
        "reason",
        "metadata",
    )
    inlines = (TransactionEntryInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transaction]:
        transactions: QuerySet[Transaction] = super().get_queryset(request)
        return transactions.prefetch_related("entries")

    @admin.display(description="Amount")
    def amount_shown(self, transaction: Transaction) -> str:
        return transaction.amount.display()
