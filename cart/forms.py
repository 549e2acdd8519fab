"""What shoppers send from product and basket pages."""

from django import forms


class AddForm(forms.Form):
    """``quantity`` more of a variant."""

    variant_id = forms.UUIDField()
    quantity = forms.IntegerField(min_value=1, max_value=1_000_000, initial=1)


class QuantityForm(forms.Form):
    """So many; 0 removes."""

    quantity = forms.IntegerField(min_value=0, max_value=1_000_000)
