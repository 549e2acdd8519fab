"""Goods in the back office."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from catalog import services
from catalog.models import Brand, Category, Media, Product, StockMovement, Variant
from core import clock
from core.admin import AuditedAdmin, ReadOnlyAdmin, ReadOnlyInline


@admin.register(Category)
class CategoryAdmin(AuditedAdmin):
    list_display = ("name", "slug", "parent", "sort_order", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("parent",)
    search_fields = ("name", "slug")
    autocomplete_fields = ("parent",)


@admin.register(Brand)
class BrandAdmin(AuditedAdmin):
    list_display = ("name", "slug")
    search_fields = ("name", "slug")


class VariantInline(ReadOnlyInline):
    model = Variant
    fields = ("sku", "options", "unit_price", "stock", "is_active")
    readonly_fields = fields


class MediaInline(ReadOnlyInline):
    model = Media


@admin.register(Product)
class ProductAdmin(AuditedAdmin):
    list_display = ("title", "seller", "category", "lowest_price", "in_stock", "status")
    list_filter = ("status", "in_stock", "featured", "condition", "seller")
    list_select_related = ("seller", "category")
    search_fields = ("title", "slug", "variants__sku")
    autocomplete_fields = ("seller", "category", "brand")
    readonly_fields = (
        "currency",
        "lowest_price",
        "in_stock",
        "units_sold",
        "view_count",
        "created_at",
    )
    inlines = (VariantInline, MediaInline)

    def store(self, obj: Model) -> None:
        assert isinstance(obj, Product)
        obj.currency = settings.SHOP_CURRENCY
        super().store(obj)


@admin.register(Variant)
class VariantAdmin(AuditedAdmin):
    list_display = ("sku", "product", "unit_price", "stock", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("product",)
    search_fields = ("sku", "product__title")
    autocomplete_fields = ("product",)
    readonly_fields = ("currency", "stock", "option_key")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, "product") if obj else fixed

    def store(self, obj: Model) -> None:
        assert isinstance(obj, Variant)
        obj.currency = obj.product.currency
        services.add_variant(obj, at=clock.now())

    def store_changes(self, obj: Model, names: set[str]) -> None:
        assert isinstance(obj, Variant)
        services.change_variant(obj, names, at=clock.now())


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ("at", "variant", "reason", "change", "stock_after")
    list_filter = ("reason",)
    list_select_related = ("variant",)
