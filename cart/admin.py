"""Carts in the back office, to look at when a shopper asks, and promotions, to make."""

from django.conf import settings
from django.contrib import admin
from django.db.models import Model

from cart.models import Cart, CartItem, EnteredCode, Promotion
from core.admin import AuditedAdmin, ReadOnlyAdmin, ReadOnlyInline


class CartItemInline(ReadOnlyInline):
    model = CartItem
    fields = ("variant", "quantity", "created_at")


class EnteredCodeInline(ReadOnlyInline):
    model = EnteredCode
    fields = ("promotion", "entered_at")


@admin.register(Cart)
class CartAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "user", "updated_at", "abandoned_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    inlines = (CartItemInline, EnteredCodeInline)


@admin.register(Promotion)
class PromotionAdmin(AuditedAdmin):
    list_display = (
        "name",
        "code",
        "kind",
        "seller",
        "starts_at",
        "ends_at",
        "redeemed",
        "is_active",
    )
    list_filter = ("kind", "is_active", "combines")
    list_select_related = ("seller",)
    search_fields = ("name", "code")
    autocomplete_fields = ("category", "seller")
    readonly_fields = ("currency", "redeemed", "created_at", "updated_at")

    def store(self, obj: Model) -> None:
        assert isinstance(obj, Promotion)
        obj.currency = settings.SHOP_CURRENCY
        super().store(obj)
