"""Goods in the back office."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import CharField, IntegerField, ModelForm
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


class LowStock(admin.SimpleListFilter):
    title = "stock"
    parameter_name = "low"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Low")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return Variant.objects.low() if self.value() else queryset


class VariantForm(ModelForm):  # type: ignore[type-arg]  # Django's forms are not generic at run time
    """``counted`` sets the stock, by a movement with the ``note``."""

    counted = IntegerField(required=False, min_value=0, help_text="What is on the shelf.")
    note = CharField(required=False, max_length=200)

    class Meta:
        model = Variant
        fields = "__all__"  # noqa: DJ007  # the admin decides


@admin.register(Variant)
class VariantAdmin(AuditedAdmin):
    form = VariantForm
    list_display = ("sku", "product", "unit_price", "stock", "low_stock_at", "is_active")
    list_filter = (LowStock, "is_active")
    list_select_related = ("product",)
    search_fields = ("sku", "product__title")
    autocomplete_fields = ("product",)
    readonly_fields = ("currency", "stock", "stock_seq", "option_key")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, "product") if obj else fixed

    def store(self, obj: Model) -> None:
        assert isinstance(obj, Variant)
        obj.currency = obj.product.currency
        services.add_variant(obj, at=clock.now())

    def store_changes(self, obj: Model, names: set[str]) -> None:
        assert isinstance(obj, Variant)
        if columns := names - {"counted", "note"}:
            services.change_variant(obj, columns, at=clock.now())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's signature
        super().save_model(request, obj, form, change)
        counted = form.cleaned_data.get("counted")
        if counted is not None:
            said = {"note": form.cleaned_data["note"], "actor_id": request.user.pk}
            services.count_stock(obj, counted, **said, at=clock.now())


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ("at", "variant", "seq", "reason", "change", "stock_after", "note")
    search_fields = ("variant__sku",)
    list_filter = ("reason",)
    list_select_related = ("variant",)
