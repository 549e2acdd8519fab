"""An amount of any currency that the ledger knows."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import StrictSerializer
from core.money import Money, NotMoney
from ledger.api.serializers.balances import CurrencyField


@extend_schema_field({"type": "string", "pattern": r"^\d+(\.\d+)?$", "examples": ["24.99"]})
class PlainAmountField(serializers.Field[str, Any, str, Any]):
    """A decimal string, read once its currency is known."""

    def to_internal_value(self, data: Any) -> str:
        """:raises NotMoney: it is no string: a JSON number has been through floating point."""
        if not isinstance(data, str):
            raise NotMoney(
                'Write the amount as a string, such as "24.99".', field=self.field_name or ""
            )
        return data


class AmountSerializer(StrictSerializer):
    """``amount`` of ``currency``, above zero; validated, ``amount`` is ``Money``."""

    amount = PlainAmountField()
    currency = CurrencyField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """:raises NotMoney: not an amount of this currency (422, not 400)."""
        try:
            money = Money.parse(attrs["amount"], attrs["currency"])
        except NotMoney as error:
            raise NotMoney(error.detail, field="amount") from error
        if money.amount <= 0:
            raise NotMoney("The amount must be more than zero.", field="amount")
        return {**attrs, "amount": money}
