"""What a shopper sends to check out, and to think better of it."""

from typing import Any

from django import forms

from accounts.models import User
from core.ids import uuid7
from orders import countries
from orders.models import Payment
from orders.payments import registry


def by_name() -> list[tuple[str, str]]:
    """Countries as choices, in the order of their names."""
    return sorted(countries.NAMES.items(), key=lambda country: country[1])


def ways_to_pay(user: User | None) -> list[tuple[str, str]]:
    """What a shopper chooses from on a page, which asks for no card."""
    ways = registry.offered(is_guest=user is None)
    return [(method, label) for method, label in ways if not registry.is_outside(method)]


def _text(label: str, length: int, autocomplete: str, *, required: bool = True) -> forms.CharField:
    widget = forms.TextInput({"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=length, widget=widget, required=required)


class CheckoutForm(forms.Form):
    """``key`` names this attempt: sent twice, it buys once. Guests give an address, and no wallet."""

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

    @property
    def address(self) -> dict[str, str]:
        """The parts of the address that were given."""
        return {name: self.cleaned_data[name] for name in self.ADDRESS if self.cleaned_data[name]}


class CancelForm(forms.Form):
    """Why, if the buyer likes to say."""

    reason = forms.CharField(label="Why?", max_length=200, required=False)
