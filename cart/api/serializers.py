"""Carts in JSON."""

from typing import Any

from rest_framework import serializers

from cart.models import CartItem
from cart.models.promotions import MAX_CODE
from cart.queries import CartView, PromotionView
from cart.services import Reduced
from core.api.fields import MoneyField, StrictSerializer


class CartItemSerializer(serializers.Serializer[CartItem]):
    id = serializers.UUIDField()
    product_id = serializers.UUIDField(source="variant.product_id")
    variant_id = serializers.UUIDField()
    product_name = serializers.CharField(source="variant.product.title")
    price = MoneyField(source="variant.unit_price")
    seen_price = MoneyField(source="seen_unit_price")
    available_quantity = serializers.IntegerField()
    quantity = serializers.IntegerField()
    subtotal = MoneyField()
    discount = MoneyField()
    available = serializers.BooleanField(source="is_available")
    price_changed = serializers.BooleanField(source="has_price_changed")


class CartPromotionSerializer(serializers.Serializer[PromotionView]):
    """`applied` is false for a code that gives nothing at present; `reason` says why."""

    code = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    discount = MoneyField()
    applied = serializers.BooleanField(source="is_applied")
    reason_code = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class CodeSerializer(StrictSerializer):
    code = serializers.CharField(max_length=MAX_CODE)


class CartSerializer(serializers.Serializer[CartView]):
    id = serializers.UUIDField(allow_null=True)
    customer_id = serializers.UUIDField(allow_null=True)
    items = CartItemSerializer(many=True)
    total_items = serializers.IntegerField()
    subtotal = MoneyField()
    discount = MoneyField()
    total = MoneyField()
    promotions = CartPromotionSerializer(many=True)
    currency = serializers.CharField()
    created_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField(allow_null=True)


class ReducedSerializer(serializers.Serializer[Reduced]):
    variant_id = serializers.UUIDField(source="variant.pk")
    product_name = serializers.CharField(source="variant.product.title")
    asked = serializers.IntegerField()
    kept = serializers.IntegerField()


class MergedCartSerializer(CartSerializer):
    reduced = ReducedSerializer(many=True)


class AddItemSerializer(StrictSerializer):
    product_id = serializers.UUIDField(required=False)
    variant_id = serializers.UUIDField(required=False)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len({"product_id", "variant_id"} & set(attrs)) != 1:
            raise serializers.ValidationError(
                {"product_id": "Give either product_id or variant_id."}
            )
        return attrs


class QuantitySerializer(StrictSerializer):
    quantity = serializers.IntegerField(min_value=0, max_value=1_000_000)
