"""What shoppers send about their wishlists."""

from django import forms


class NameForm(forms.Form):
    name = forms.CharField(
        max_length=100, widget=forms.TextInput({"autocomplete": "off"}), label="Name"
    )


class WishForm(forms.Form):
    """A heart: a product is to be on a list (without ``wishlist_id``: the first one), or is not to be.

    ``look`` is how the heart looks, so that it looks the same when it comes back.
    """

    product_id = forms.UUIDField()
    wishlist_id = forms.UUIDField(required=False)
    wished = forms.BooleanField(required=False)
    look = forms.ChoiceField(choices=[("card", "card"), ("line", "line")])
