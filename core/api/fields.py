"""Serializer fields that several apps use."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from core.money import Money, NotMoney


class StrictSerializer(serializers.Serializer[Any]):
    """An input body. A field that it does not know is an error, never ignored."""

    @classmethod
    def read(cls, request: Request, **options: Any) -> dict[str, Any]:
        """The request's body, validated.

        :raises ValidationError: naming every field at fault.
        """
        bound = cls(data=request.data, **options)
        bound.is_valid(raise_exception=True)
        valid: dict[str, Any] = bound.validated_data
        return valid

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {name: [_unknown_field()] for name in unknown},
                )
        return super().to_internal_value(data)


def _unknown_field() -> serializers.ErrorDetail:
    return serializers.ErrorDetail("This field is not known here.", code="unknown_field")


@extend_schema_field({"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "examples": ["24.99"]})
class MoneyField(serializers.Field[Money, Any, str, Any]):
    """``Money`` as a decimal string in major units; the currency stands beside it.

    ``currency`` is what input is read in (default: the shop's). Input must be a string: a JSON
    number has been through somebody's floating point.
    """

    def __init__(self, *, currency: str = "", positive: bool = False, **kwargs: Any) -> None:
        self.currency = currency or settings.SHOP_CURRENCY
        self.positive = positive
        super().__init__(**kwargs)

    def to_representation(self, value: Money) -> str:
        return str(value)

    def to_internal_value(self, data: Any) -> Money:
        """:raises NotMoney: not a decimal string of this currency (422, not 400)."""
        try:
            money = Money.parse(data if isinstance(data, str) else "", self.currency)
        except NotMoney as error:
            raise NotMoney(error.detail, field=self.field_name or "") from error
        if self.positive and money.amount <= 0:
            raise NotMoney("The amount must be more than zero.", field=self.field_name or "")
        return money


class FlagField(serializers.BooleanField):
    """JSON's own true or false, and nothing that merely looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data
