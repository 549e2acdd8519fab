"""Carts in the back office, to look at when a shopper asks; promotions, shipping and taxes, to set."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from cart.models import (
    Cart,
    CartItem,
    EnteredCode,
    Promotion,
    ShippingMethod,
    ShippingRate,
    TaxRate,
)
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


@admin.register(ShippingMethod)
class ShippingMethodAdmin(AuditedAdmin):
    list_display = ("name", "code", "days_from", "days_to", "position")
    search_fields = ("name", "code")


@admin.register(ShippingRate)
class ShippingRateAdmin(AuditedAdmin):
    """Sellers set their own over the API and on their page; whose a rate is does not change."""

    list_display = ("seller", "method", "destination", "price_money", "per_kg_money")
    list_filter = ("method",)
    list_select_related = ("seller", "method")
    search_fields = ("seller__name", "country")
    autocomplete_fields = ("seller",)
    readonly_fields = ("currency",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, "seller", "method", "country") if obj else fixed

    def store(self, obj: Model) -> None:
        assert isinstance(obj, ShippingRate)
        obj.currency = settings.SHOP_CURRENCY
        super().store(obj)


@admin.register(TaxRate)
class TaxRateAdmin(AuditedAdmin):
    list_display = ("country", "category", "name", "percent", "inclusive")
    list_filter = ("country", "inclusive")
    list_select_related = ("category",)
    search_fields = ("country", "name")
    autocomplete_fields = ("category",)
