"""Holds and how they ended."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from ledger.models import Hold


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "wallet", "amount_shown", "state", "expires_at", "created_at")
    list_filter = ("purpose", "resolution__kind")
    list_select_related = ("wallet", "resolution")
    search_fields = ("reference", "wallet__code")
    ordering = ("-created_at", "-id")
    fields = (
        "wallet",
        "held",
        "amount_shown",
        "purpose",
        "reference",
        "created_at",
        "expires_at",
        "placed_by",
        "state",
        "captured_shown",
    )

    @admin.display(description="Amount", ordering="amount")
    def amount_shown(self, hold: Hold) -> str:
        return hold.money.display()

    @admin.display(description="State")
    def state(self, hold: Hold) -> str:
        return "open" if hold.is_open else hold.resolution.kind

    @admin.display(description="Captured")
    def captured_shown(self, hold: Hold) -> str | None:
        if hold.is_open:
            return None
        return type(hold.money)(hold.resolution.captured, hold.wallet.currency).display()
