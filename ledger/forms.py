"""What people send from the wallet page."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from core import clock
from core.ids import uuid7
from core.money import Money, NotMoney
from ledger.models import ScheduledTransfer
from ledger.providers import providers

Every = ScheduledTransfer.Every


class MoneyField(forms.CharField):
    """An amount above zero of the shop's currency, such as "24.99"."""

    def clean(self, value: Any) -> Money:
        text: str = super().clean(value)
        try:
            money = Money.parse(text, settings.SHOP_CURRENCY)
        except NotMoney as error:
            raise ValidationError(error.detail) from error
        if money.amount <= 0:
            raise ValidationError("The amount must be more than zero.")
        return money


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _month_ago() -> date:
    return clock.now().date() - timedelta(days=30)


class SendForm(forms.Form):
    """``key`` names this attempt: sent twice, it sends once."""

    to_email = forms.EmailField(
        label="To whom (e-mail)", max_length=254, widget=forms.EmailInput({"autocomplete": "off"})
    )
    amount = MoneyField(label=f"Amount in {settings.SHOP_CURRENCY}", max_length=24)
    memo = forms.CharField(label="What for", max_length=200, required=False)
    key = forms.CharField(max_length=36, widget=forms.HiddenInput, initial=lambda: str(uuid7()))


class AmountForm(forms.Form):
    """``cleaned_data["money"]`` is the amount in its currency. ``key`` names this attempt."""

    amount = forms.CharField(label="Amount", max_length=24)
    currency = forms.ChoiceField(label="Currency")
    key = forms.CharField(max_length=36, widget=forms.HiddenInput, initial=lambda: str(uuid7()))

    def clean(self) -> dict[str, Any]:
        terms: dict[str, Any] = self.cleaned_data
        if {"amount", "currency"} <= terms.keys():
            try:
                terms["money"] = Money.parse(terms["amount"], terms["currency"])
            except NotMoney as error:
                self.add_error("amount", error.detail)
            else:
                if terms["money"].amount <= 0:
                    self.add_error("amount", "The amount must be more than zero.")
        return terms


class ProviderForm(AmountForm):
    provider = forms.ChoiceField(label="By")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = providers().values()
        offered = [code for provider in known for code in provider.currencies]
        self.fields["currency"] = _currency_field("Currency", dict.fromkeys(offered))
        self.fields["provider"] = forms.ChoiceField(
            label="By", choices=[(provider.name, provider.label) for provider in known]
        )


class TopUpForm(ProviderForm):
    @property
    def instructions(self) -> list[str]:
        """Where to pay, by each provider."""
        known = providers().values()
        return [f"{provider.label}: {provider.instructions}" for provider in known]


class WithdrawalForm(ProviderForm):
    destination = forms.CharField(
        label="To (IBAN, or account number)",
        max_length=64,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class ExchangeForm(AmountForm):
    """Of ``currencies`` into another one of them."""

    buy_currency = forms.ChoiceField(label="Into")

    def __init__(self, currencies: Iterable[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = list(currencies)
        self.fields["currency"] = _currency_field("Of", offered)
        self.fields["buy_currency"] = _currency_field("Into", offered)
        if len(offered) > 1:
            self.initial.setdefault("buy_currency", offered[1])


class TakeQuoteForm(forms.Form):
    quote_id = forms.UUIDField()


class StatementForm(forms.Form):
    """Whole days, both inclusive, UTC."""

    first = forms.DateField(label="From", widget=DateInput, initial=_month_ago)
    last = forms.DateField(label="To", widget=DateInput, initial=lambda: clock.now().date())
    format = forms.ChoiceField(label="As", choices=[("pdf", "PDF"), ("csv", "CSV")])


class StandingOrderForm(SendForm):
    every = forms.ChoiceField(
        label="How often",
        choices=[
            (Every.ONCE, "Once"),
            (Every.DAY, "Every day"),
            (Every.WEEK, "Every week"),
            (Every.MONTH, "Every month"),
        ],
        initial=Every.MONTH,
    )
    starts_on = forms.DateField(label="First on", widget=DateInput, initial=timezone.localdate)
    ends_on = forms.DateField(label="Last on", widget=DateInput, required=False)

    @property
    def starts_at(self) -> datetime | None:
        """The first moment of that day; None, which is now, for today."""
        first: date = self.cleaned_data["starts_on"]
        return None if first == timezone.localdate() else _at(first, time.min)

    @property
    def until(self) -> datetime | None:
        """The last moment of that day."""
        last: date | None = self.cleaned_data["ends_on"]
        return _at(last, time.max) if last else None


def _currency_field(label: str, currencies: Iterable[str]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[(code, code) for code in currencies])


def _at(day: date, moment: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, moment))
