"""What a shopper sends to check out, to pay, and to think better of it."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import addresses, countries
from core.ids import uuid7
from orders.models import Payment
from orders.payments import registry


def _text(label: str, length: int, autocomplete: str, *, required: bool = True) -> forms.CharField:
    widget = forms.TextInput({"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=length, widget=widget, required=required)


class PayForm(forms.Form):
    """``key`` names this attempt: sent twice, it pays once. ``payment_token`` stands for a card."""

    payment_method = forms.ChoiceField(widget=forms.RadioSelect, label="Pay with")
    payment_token = forms.CharField(
        label="Card number",
        max_length=255,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text="A test card, no money moves: 4242424242424242 pays, 4000000000000002 is declined.",
    )
    key = forms.CharField(max_length=36, widget=forms.HiddenInput, initial=lambda: str(uuid7()))

    def __init__(
        self, *args: Any, is_guest: bool, without: Collection[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offered = registry.offered(is_guest=is_guest)
        self.ways = {method: label for method, label in offered if method not in without}
        choice: Any = self.fields["payment_method"]
        choice.choices = list(self.ways.items())
        choice.initial = next(iter(self.ways), None)
        if Payment.Method.TEST not in self.ways:
            self.fields["payment_token"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        method = cleaned.get("payment_method", "")
        if method and self.needs_token(method) and not cleaned.get("payment_token"):
            self.add_error("payment_token", "Say which card.")
        return cleaned

    def needs_token(self, method: str) -> bool:
        return registry.is_outside(method)


class ContinueForm(PayForm):
    """Also goes on with the payment that is there: without a card then."""

    def needs_token(self, method: str) -> bool:
        return False


class CheckoutForm(PayForm):
    """``key`` names this attempt: sent twice, it buys once. ``expected_total``, in minor units, is what
    the page said that it comes to. Guests give an address, and no wallet.
    """

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
    accept_price_changes = forms.BooleanField(required=False, label="Buy at the new prices")

    ADDRESS = ("recipient", "street", "street2", "city", "state", "zip", "country", "phone")

    def __init__(self, *args: Any, is_guest: bool, **kwargs: Any) -> None:
        super().__init__(*args, is_guest=is_guest, **kwargs)
        if not is_guest:
            del self.fields["email"]

    def clean(self) -> dict[str, Any]:
        """What else an address needs depends on its country."""
        cleaned = super().clean()
        if not {"street", "country"} & set(self.errors):
            for fault in addresses.faults(cleaned):
                self.add_error(fault.field, ValidationError(fault.detail, code=fault.code))
        return cleaned

    @property
    def address(self) -> dict[str, str]:
        """The parts of the address that were given."""
        return {name: self.cleaned_data[name] for name in self.ADDRESS if self.cleaned_data[name]}


class CancelForm(forms.Form):
    """Why, if the buyer likes to say."""

    reason = forms.CharField(label="Why?", max_length=200, required=False)
