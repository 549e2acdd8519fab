"""What shoppers send from product and basket pages."""

from django import forms

from cart.models.promotions import MAX_CODE


class AddForm(forms.Form):
    """``quantity`` more of a variant."""

    variant_id = forms.UUIDField()
    quantity = forms.IntegerField(min_value=1, max_value=1_000_000, initial=1)


class QuantityForm(forms.Form):
    """So many; 0 removes."""

    quantity = forms.IntegerField(min_value=0, max_value=1_000_000)


class CodeForm(forms.Form):
    """A promotion's code."""

    code = forms.CharField(
        label="Promotion code",
        max_length=MAX_CODE,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )
