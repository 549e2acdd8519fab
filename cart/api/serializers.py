"""Carts in JSON."""

from typing import Any

from rest_framework import serializers

from cart.models import CartItem
from cart.models.promotions import MAX_CODE
from cart.pricing import TaxLine
from cart.queries import CartView, ChoiceView, ParcelView, PromotionView
from cart.services import Reduced
from core import countries
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


class ParcelSerializer(serializers.Serializer[ParcelView]):
    """One seller's part. Method and name are empty where the seller has no rates."""

    seller = serializers.CharField(source="seller.slug")
    seller_name = serializers.CharField(source="seller.name")
    shipping_method = serializers.CharField(source="method")
    shipping_method_name = serializers.CharField(source="method_name")
    shipping = MoneyField()


class ShippingChoiceSerializer(serializers.Serializer[ChoiceView]):
    """A method to be had, with what all parcels together cost by it. Days are working days."""

    code = serializers.CharField(source="method")
    name = serializers.CharField()
    days_from = serializers.IntegerField()
    days_to = serializers.IntegerField()
    shipping = MoneyField()


class TaxLineSerializer(serializers.Serializer[TaxLine]):
    """``rate`` is in hundredths of a per cent. ``included``: prices contain it; else it comes on top."""

    name = serializers.CharField()
    rate = serializers.IntegerField()
    amount = MoneyField()
    included = serializers.BooleanField()


class DestinationSerializer(StrictSerializer):
    """Where a cart would be sent, and how: the parameters of a query."""

    country = serializers.CharField(required=False)
    shipping_method = serializers.CharField(max_length=30, required=False)

    def validate_country(self, value: str) -> str:
        if value not in countries.NAMES:
            raise serializers.ValidationError(countries.WANTED)
        return value


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
    """Shipping and taxes are null while the country is not known. ``tax`` comes on top of prices."""

    id = serializers.UUIDField(allow_null=True)
    customer_id = serializers.UUIDField(allow_null=True)
    items = CartItemSerializer(many=True)
    total_items = serializers.IntegerField()
    subtotal = MoneyField()
    discount = MoneyField()
    country = serializers.CharField(allow_null=True)
    shipping = MoneyField(allow_null=True)
    tax = MoneyField(allow_null=True)
    tax_included = MoneyField(allow_null=True)
    taxes = TaxLineSerializer(many=True)
    total = MoneyField()
    parcels = ParcelSerializer(many=True)
    shipping_methods = ShippingChoiceSerializer(many=True, source="choices")
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
