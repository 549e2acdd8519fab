"""What shoppers send from product and basket pages."""

from typing import Any

from django import forms

from cart.models.promotions import MAX_CODE
from core import countries


class AddForm(forms.Form):
    """``quantity`` more of a variant."""

    variant_id = forms.UUIDField()
    quantity = forms.IntegerField(min_value=1, max_value=1_000_000, initial=1)


class QuantityForm(forms.Form):
    """So many; 0 removes."""

    quantity = forms.IntegerField(min_value=0, max_value=1_000_000)


def _countries() -> list[tuple[str, str]]:
    return [("", "Choose a country"), *countries.by_name()]


class DestinationForm(forms.Form):
    """Where the basket would go, and how: what is asked of an estimate."""

    country = forms.ChoiceField(choices=_countries, required=False, label="Deliver to")
    shipping_method = forms.CharField(max_length=30, required=False)

    @property
    def destination(self) -> dict[str, Any]:
        """As ``queries.cart_of`` takes it; nowhere while it cannot be understood."""
        if not self.is_valid() or not self.cleaned_data["country"]:
            return {}
        return {
            "country": self.cleaned_data["country"],
            "method": self.cleaned_data["shipping_method"],
        }


class CodeForm(forms.Form):
    """A promotion's code."""

    code = forms.CharField(
        label="Promotion code",
        max_length=MAX_CODE,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )
