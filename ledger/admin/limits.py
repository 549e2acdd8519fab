"""Spending limits, which finance sets and the audit trail keeps."""

from django import forms
from django.contrib import admin

from core.admin import AuditedAdmin
from core.money import NotMoney, exponent
from ledger.admin.base import shown
from ledger.models import SpendingLimit


class SpendingLimitForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    class Meta:
        model = SpendingLimit
        fields = (
            "owner_id",
            "currency",
            "per_transaction",
            "daily_total",
            "daily_count",
            "min_interval",
        )
        help_texts = {
            "owner_id": "The person's id; empty for everybody who has no limit of their own.",
            "per_transaction": "In minor units, such as pence. Empty for no limit.",
            "daily_total": "In minor units, per UTC day. Empty for no limit.",
            "daily_count": "Transfers and debits per UTC day. Empty for no limit.",
            "min_interval": "Seconds between two. Empty for no limit.",
        }

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"]
        try:
            exponent(currency)
        except NotMoney as error:
            raise forms.ValidationError(error.detail) from error
        return currency


@admin.register(SpendingLimit)
class SpendingLimitAdmin(AuditedAdmin):
    form = SpendingLimitForm
    list_display = (
        "__str__",
        "per_transaction_shown",
        "daily_total_shown",
        "daily_count",
        "min_interval",
    )
    list_filter = ("currency",)
    search_fields = ("owner_id",)
    ordering = ("currency", "owner_id")

    @admin.display(description="Per transaction")
    def per_transaction_shown(self, limit: SpendingLimit) -> str | None:
        return shown(limit.per_transaction, limit.currency)

    @admin.display(description="Daily total")
    def daily_total_shown(self, limit: SpendingLimit) -> str | None:
        return shown(limit.daily_total, limit.currency)
