"""What sellers send, and what they see of their own."""

from collections.abc import Mapping
from typing import Any

from django.core.validators import URLValidator
from rest_framework import serializers

from catalog.api.serializers import ProductDetailSerializer, ProductSerializer
from catalog.models import Brand, Category, Product, StockMovement, Variant, option_key
from catalog.models.products import MAX_OPTION_KEY
from catalog.services import NewVariant
from core.api.fields import FlagField, MoneyField, StrictSerializer

MAX_STOCK = 1_000_000_000
MAX_WEIGHT = 1_000_000
"""Grams of one piece."""
MAX_TEXTS = 50
"""Specifications of one product, or lines of its shipping information."""
MAX_VARIANTS = 100
SKU = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


def texts() -> serializers.DictField:
    """An object of at most ``MAX_TEXTS`` texts."""
    child = serializers.CharField(max_length=500, allow_blank=True)
    return serializers.DictField(child=child, required=False, validators=[_refuse_many])


def _refuse_many(value: Mapping[str, str]) -> None:
    if len(value) > MAX_TEXTS or any(len(name) > 100 for name in value):
        raise serializers.ValidationError(
            f"At most {MAX_TEXTS} texts, with names of at most 100 characters."
        )


class EditVariantSerializer(StrictSerializer):
    """``low_stock_at``: at this many or fewer it is on the list of low stock. ``weight``: a piece's, packed, in grams."""

    sku = serializers.RegexField(SKU)
    options = serializers.DictField(
        child=serializers.CharField(max_length=60), required=False, default=dict
    )
    price = MoneyField(positive=True)
    compare_at_price = MoneyField(positive=True, required=False, allow_null=True, default=None)
    low_stock_at = serializers.IntegerField(
        min_value=0, max_value=MAX_STOCK, required=False, default=0
    )
    weight = serializers.IntegerField(min_value=0, max_value=MAX_WEIGHT, required=False, default=0)

    def validate_options(self, value: dict[str, str]) -> dict[str, str]:
        """Characters that spell an ``option_key`` are not in its parts, or two would look alike."""
        if any(set("=;") & set(text) for pair in value.items() for text in pair):
            raise serializers.ValidationError("Options hold neither = nor ;.")
        if "" in value or len(option_key(value)) > MAX_OPTION_KEY:
            raise serializers.ValidationError("These options are too long, or one has no name.")
        if len({name.casefold() for name in value}) < len(value):
            raise serializers.ValidationError("Name each option once.")
        return value


class PatchVariantSerializer(EditVariantSerializer):
    is_active = FlagField(required=False)


class NewVariantSerializer(EditVariantSerializer):
    """``stock_quantity`` is the opening stock; later it moves by stock adjustments."""

    stock_quantity = serializers.IntegerField(
        min_value=0, max_value=MAX_STOCK, required=False, default=0
    )


class EditProductSerializer(StrictSerializer):
    title = serializers.CharField(max_length=200)
    category: serializers.SlugRelatedField[Category] = serializers.SlugRelatedField(
        slug_field="slug", queryset=Category.objects.filter(is_active=True)
    )
    brand: serializers.SlugRelatedField[Brand] = serializers.SlugRelatedField(
        slug_field="slug", queryset=Brand.objects.all(), required=False, allow_null=True
    )
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    condition = serializers.ChoiceField(Product.Condition.choices, required=False)
    specifications = texts()
    shipping_info = texts()
    video_url = serializers.URLField(
        max_length=500,
        required=False,
        allow_blank=True,
        validators=[URLValidator(schemes=["https"])],
    )


class PatchProductSerializer(EditProductSerializer):
    """``status``: a draft or an archived product becomes active, either of the others archived."""

    status = serializers.ChoiceField(Product.Status.choices, required=False)


class NewProductSerializer(EditProductSerializer):
    variants = serializers.ListField(
        child=NewVariantSerializer(), required=False, max_length=MAX_VARIANTS
    )


class SellerVariantSerializer(serializers.ModelSerializer[Variant]):
    price = MoneyField(source="unit_price")
    compare_at_price = MoneyField(source="compare_at", allow_null=True)
    stock_quantity = serializers.IntegerField(source="stock")
    options = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = Variant
        fields = (
            "id",
            "sku",
            "options",
            "price",
            "compare_at_price",
            "stock_quantity",
            "low_stock_at",
            "weight",
            "is_active",
        )


class OwnProductSerializer(ProductSerializer):
    """A product in its seller's list. ``price`` is null while it has no active variant."""

    price = MoneyField(source="lowest_price", allow_null=True)

    class Meta(ProductSerializer.Meta):
        fields = (*ProductSerializer.Meta.fields, "status", "version")


class SellerProductSerializer(ProductDetailSerializer):
    """A product as its seller sees it: its status, and every variant. ``price`` is null without one."""

    price = MoneyField(source="lowest_price", allow_null=True)
    variants = SellerVariantSerializer(many=True)  # type: ignore[assignment]  # others see the active ones

    class Meta(ProductDetailSerializer.Meta):
        fields = (*ProductDetailSerializer.Meta.fields, "status")


class AdjustmentSerializer(StrictSerializer):
    """Either ``change`` (not 0), or what was ``counted``."""

    change = serializers.IntegerField(min_value=-MAX_STOCK, max_value=MAX_STOCK, required=False)
    counted = serializers.IntegerField(min_value=0, max_value=MAX_STOCK, required=False)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("change" in attrs) == ("counted" in attrs):
            raise serializers.ValidationError({"change": "Give a change or what was counted."})
        if attrs.get("change") == 0:
            raise serializers.ValidationError({"change": "A change is not 0."})
        return attrs


class MovementSerializer(serializers.ModelSerializer[StockMovement]):
    class Meta:
        model = StockMovement
        fields = ("id", "seq", "change", "stock_after", "reason", "reference", "note", "at")


class StockSerializer(serializers.ModelSerializer[Variant]):
    """A variant's stock, beside what it is a variant of."""

    product_id = serializers.UUIDField()
    title = serializers.CharField(source="product.title")
    stock_quantity = serializers.IntegerField(source="stock")
    options = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = Variant
        fields = (
            "id",
            "product_id",
            "title",
            "sku",
            "options",
            "stock_quantity",
            "low_stock_at",
            "is_active",
        )


def new_variant(valid: Mapping[str, Any]) -> NewVariant:
    """What a ``NewVariantSerializer`` has read."""
    before = valid["compare_at_price"]
    return NewVariant(
        sku=valid["sku"],
        price=valid["price"].amount,
        options=valid["options"],
        compare_at_price=before.amount if before else None,
        stock=valid["stock_quantity"],
        low_stock_at=valid["low_stock_at"],
        weight=valid["weight"],
    )


def minor_units(changes: Mapping[str, Any]) -> dict[str, Any]:
    """``changes`` with money as columns hold it."""
    return {name: getattr(value, "amount", value) for name, value in changes.items()}
