"""What a shopper sends to check out, and to think better of it."""

from typing import Any

from django import forms

from core.ids import uuid7
from orders import countries
from orders.models import Payment
from orders.payments import registry


def by_name() -> list[tuple[str, str]]:
    """Countries as choices, in the order of their names."""
    return sorted(countries.NAMES.items(), key=lambda country: country[1])


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
        help_text="Only a test card: no money moves.",
    )
    key = forms.CharField(max_length=36, widget=forms.HiddenInput, initial=lambda: str(uuid7()))

    def __init__(self, *args: Any, is_guest: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways: Any = self.fields["payment_method"]
        ways.choices = registry.offered(is_guest=is_guest)
        methods = [name for name, _ in ways.choices]
        ways.initial = next(iter(methods), None)
        if Payment.Method.TEST not in methods:
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
    """Guests say where to write to."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text="We mail the order there, with a link to it.",
    )
    recipient = _text("Full name", 200, "shipping name")
    street = _text("Address", 200, "shipping address-line1")
    street2 = _text("Address, line 2", 200, "shipping address-line2", required=False)
    city = _text("Town or city", 100, "shipping address-level2")
    state = _text("County", 100, "shipping address-level1", required=False)
    zip = _text("Postcode", 20, "shipping postal-code")
    country = forms.ChoiceField(choices=by_name, initial="GB")
    phone = _text("Phone", 32, "shipping tel", required=False)
    accept_price_changes = forms.BooleanField(required=False, label="Buy at the new prices")

    def __init__(self, *args: Any, is_guest: bool, **kwargs: Any) -> None:
        super().__init__(*args, is_guest=is_guest, **kwargs)
        if not is_guest:
            del self.fields["email"]

    ADDRESS = ("recipient", "street", "street2", "city", "state", "zip", "country", "phone")

    @property
    def address(self) -> dict[str, str]:
        """The parts of the address that were given."""
        return {name: self.cleaned_data[name] for name in self.ADDRESS if self.cleaned_data[name]}


class CancelForm(forms.Form):
    """Why, if the buyer likes to say."""

    reason = forms.CharField(label="Why?", max_length=200, required=False)
