"""Transactions with their entries, and reversing them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from ledger import services
from ledger.admin.base import AsksWhy, EntryInline, actor_id
from ledger.models import Entry, Transaction


class TransactionEntryInline(EntryInline):
    fields = readonly_fields = ("line_no", "account", "amount_shown", "balance_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        entries: QuerySet[Entry] = super().get_queryset(request)
        return entries.select_related("account").order_by("line_no")


@admin.register(Transaction)
class TransactionAdmin(AsksWhy):
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
    actions = ("reverse",)

    @admin.action(description="Reverse, with a reason", permissions=["reverse"])
    def reverse(self, request: HttpRequest, queryset: QuerySet[Transaction]) -> HttpResponse | None:
        def reverse(transaction: Transaction, reason: str) -> str | None:
            if services.amount_above_limit(transaction):
                services.request_reversal(
                    transaction_id=transaction.pk, reason=reason, actor_id=actor_id(request)
                )
                return "asked for. It is above the limit, so somebody else has to approve it"
            services.reverse_transaction(
                transaction_id=transaction.pk,
                reason=reason,
                key=f"reverse:{transaction.pk.hex}",
                scope="admin",
                actor_id=actor_id(request),
            )
            return None

        return self.act(request, queryset, "Reverse", reverse)

    def has_reverse_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("ledger.reverse_transaction")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transaction]:
        transactions: QuerySet[Transaction] = super().get_queryset(request)
        return transactions.prefetch_related("entries")

    @admin.display(description="Amount")
    def amount_shown(self, transaction: Transaction) -> str:
        return transaction.amount.display()
