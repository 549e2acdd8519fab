"""What sellers send from their page of shipping rates."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from cart.models import ShippingMethod, ShippingRate
from cart.models.shipping import ELSEWHERE, MOST
from core import countries
from core.money import Money, NotMoney


class AmountField(forms.CharField):
    """An amount of the shop's currency, as minor units; None where none is given."""

    widget = forms.TextInput({"autocomplete": "off"})

    def clean(self, value: Any) -> int | None:
        text = super().clean(value).strip()
        if not text:
            return None
        try:
            amount = Money.parse(text, settings.SHOP_CURRENCY).amount
        except NotMoney as error:
            raise ValidationError(error.detail, code=error.code) from error
        if not 0 <= amount <= MOST:
            raise ValidationError("Give an amount from 0 to 100,000.", code="out_of_range")
        return amount


class PricesForm(forms.Form):
    price = AmountField(max_length=20, label="Price of a parcel")
    per_kg = AmountField(
        max_length=20, required=False, label="For each kilogram", help_text="Begun ones count."
    )
    free_above = AmountField(
        max_length=20,
        required=False,
        label="Free from",
        help_text="Goods of this value, after discounts. Leave it empty for never.",
    )

    @property
    def prices(self) -> dict[str, int | None]:
        """As the columns of a rate have it."""
        cleaned = self.cleaned_data
        return {name: cleaned[name] for name in ("price", "free_above")} | {
            "per_kg": cleaned["per_kg"] or 0
        }


class RateForm(PricesForm):
    """A new rate."""

    method = forms.ModelChoiceField(ShippingMethod.objects.all(), empty_label=None, label="By")
    country = forms.ChoiceField(
        choices=lambda: [(ELSEWHERE, "Everywhere else"), *countries.by_name()],
        required=False,
        label="To",
    )

    field_order = ("method", "country", "price", "per_kg", "free_above")


def as_written(rate: ShippingRate) -> dict[str, str]:
    """What a form of a rate's prices begins with."""
    free = rate.free_above_money
    return {
        "price": str(rate.price_money),
        "per_kg": str(rate.per_kg_money),
        "free_above": "" if free is None else str(free),
    }
