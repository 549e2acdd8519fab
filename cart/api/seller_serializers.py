"""Sellers' promotions in JSON."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from cart.models import Promotion, normalised_code
from cart.models.promotions import CODE, MAX_CODE, WHOLE
from catalog.models import Category
from core.api.fields import FlagField, MoneyField, StrictSerializer
from core.money import Money

MAX_TIMES = 1_000_000


class CodeField(serializers.RegexField):
    """Small letters are taken as capitals."""

    def to_internal_value(self, data: Any) -> str:
        text: str = super(serializers.RegexField, self).to_internal_value(data)
        return normalised_code(text)


class PatchPromotionSerializer(StrictSerializer):
    """What may change of a promotion that shoppers may have seen."""

    name = serializers.CharField(max_length=120)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    minimum = MoneyField(required=False)
    total_limit = serializers.IntegerField(
        min_value=1, max_value=MAX_TIMES, required=False, allow_null=True
    )
    customer_limit = serializers.IntegerField(
        min_value=1, max_value=MAX_TIMES, required=False, allow_null=True
    )
    combines = FlagField(required=False)
    is_active = FlagField(required=False)

    def validate_minimum(self, value: Money) -> Money:
        if value.amount < 0:
            raise serializers.ValidationError("A minimum is not below zero.")
        return value


class NewPromotionSerializer(PatchPromotionSerializer):
    """`rate` is in basis points (1000 is 10 %). Without a `code` it is given by itself."""

    kind = serializers.ChoiceField(Promotion.Kind.choices)
    code = CodeField(CODE, max_length=MAX_CODE, required=False, allow_null=True)
    rate = serializers.IntegerField(min_value=1, max_value=WHOLE, required=False)
    amount = MoneyField(positive=True, required=False)
    buys = serializers.IntegerField(min_value=1, max_value=100, required=False)
    gets = serializers.IntegerField(min_value=1, max_value=100, required=False)
    category: serializers.SlugRelatedField[Category] = serializers.SlugRelatedField(
        slug_field="slug",
        queryset=Category.objects.filter(is_active=True),
        required=False,
        allow_null=True,
    )
    first_order_only = FlagField(required=False)


class SellerPromotionSerializer(serializers.ModelSerializer[Promotion]):
    amount = MoneyField(source="amount_money")
    minimum = MoneyField(source="minimum_money")
    category: serializers.SlugRelatedField[Category] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True, allow_null=True
    )

    class Meta:
        model = Promotion
        fields = (
            "id",
            "name",
            "kind",
            "code",
            "rate",
            "amount",
            "buys",
            "gets",
            "currency",
            "minimum",
            "category",
            "first_order_only",
            "starts_at",
            "ends_at",
            "total_limit",
            "customer_limit",
            "redeemed",
            "combines",
            "is_active",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


def columns(valid: Mapping[str, Any]) -> dict[str, Any]:
    """``valid`` with money as columns hold it."""
    return {name: getattr(value, "amount", value) for name, value in valid.items()}
