"""Standing orders and their runs."""

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from ledger.admin.base import NEWEST
from ledger.models import ScheduledRun, ScheduledTransfer


class RunInline(ReadOnlyInline):
    model = ScheduledRun
    verbose_name_plural = "newest runs"
    show_change_link = False
    fields = readonly_fields = ("number", "due_at", "ran_at", "transaction", "refusal")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScheduledRun]:
        runs: QuerySet[ScheduledRun] = super().get_queryset(request)
        newest = runs.filter(number__gte=F("scheduled__next_run") - NEWEST)
        return newest.select_related("transaction").order_by("-number")


@admin.register(ScheduledTransfer)
class ScheduledTransferAdmin(ReadOnlyAdmin):
    list_display = ("id", "owner_id", "amount_shown", "every", "next_at", "status")
    list_filter = ("status", "every")
    search_fields = ("owner_id", "to_user_id")
    ordering = ("-created_at", "-id")
    fields = (
        "id",
        "owner_id",
        "to_user_id",
        "amount_shown",
        "memo",
        "every",
        "starts_at",
        "until",
        "next_at",
        "status",
    )
    inlines = (RunInline,)

    @admin.display(description="Amount")
    def amount_shown(self, order: ScheduledTransfer) -> str:
        return order.money.display()
