"""What a shopper sends to check out, and to think better of it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from core import addresses, countries
from core.ids import uuid7
from orders.models import Payment
from orders.payments import registry


def ways_to_pay(user: User | None) -> list[tuple[str, str]]:
    """What a shopper chooses from on a page, which asks for no card."""
    ways = registry.offered(is_guest=user is None)
    return [(method, label) for method, label in ways if not registry.is_outside(method)]


def _text(label: str, length: int, autocomplete: str, *, required: bool = True) -> forms.CharField:
    widget = forms.TextInput({"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=length, widget=widget, required=required)


class CheckoutForm(forms.Form):
    """``key`` names this attempt: sent twice, it buys once. ``expected_total``, in minor units, is what
    the page said that it comes to. Guests give an address, and no wallet."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text="We mail the order there, with a link to it.",
    )
    recipient = _text("Full name", 200, "shipping name")
    street = _text("Address", 200, "shipping address-line1")
    street2 = _text("Address, line 2", 200, "shipping address-line2", required=False)
    city = _text("Town or city", 100, "shipping address-level2", required=False)
    state = _text("County or state", 100, "shipping address-level1", required=False)
    zip = _text("Postcode", 20, "shipping postal-code", required=False)
    country = forms.ChoiceField(choices=countries.by_name, initial="GB")
    phone = _text("Phone", 32, "shipping tel", required=False)
    shipping_method = forms.CharField(max_length=30, required=False, widget=forms.HiddenInput)
    expected_total = forms.IntegerField(required=False, widget=forms.HiddenInput)
    payment_method = forms.ChoiceField(
        choices=Payment.AT_CHECKOUT,
        initial=Payment.Method.WALLET,
        widget=forms.RadioSelect,
        label="Pay with",
    )
    accept_price_changes = forms.BooleanField(required=False, label="Buy at the new prices")
    key = forms.CharField(max_length=36, widget=forms.HiddenInput, initial=lambda: str(uuid7()))

    def __init__(self, *args: Any, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways: Any = self.fields["payment_method"]
        ways.choices = ways_to_pay(user)
        if user is not None:
            del self.fields["email"]
        if len(ways.choices) == 1:
            ways.initial = ways.choices[0][0]

    ADDRESS = ("recipient", "street", "street2", "city", "state", "zip", "country", "phone")

    def clean(self) -> dict[str, Any]:
        """What else an address needs depends on its country."""
        if not {"street", "country"} & set(self.errors):
            for fault in addresses.faults(self.cleaned_data):
                self.add_error(fault.field, ValidationError(fault.detail, code=fault.code))
        return self.cleaned_data

    @property
    def address(self) -> dict[str, str]:
        """The parts of the address that were given."""
        return {name: self.cleaned_data[name] for name in self.ADDRESS if self.cleaned_data[name]}


class CancelForm(forms.Form):
    """Why, if the buyer likes to say."""

    reason = forms.CharField(label="Why?", max_length=200, required=False)
