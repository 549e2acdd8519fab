"""What people send from the pages of reports."""

from datetime import date
from typing import Any

from django import forms

from analytics.models import Report
from analytics.queries import Days
from core.errors import Invalid
from core.ids import uuid7
from core.pages import add_refusal
from ledger.queries import Interval

NAMED = {"first": "from", "last": "to"}
"""As the API has them: ``from`` is a word of Python's."""
BESIDE = {"from": "first", "to": "last", "range": "first"}


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DaysForm(forms.Form):
    """Which days, and of whom. ``today`` is the shop's. ``cleaned_data["days"]`` are those asked for."""

    first = forms.DateField(label="From", widget=DateInput, required=False)
    last = forms.DateField(label="To", widget=DateInput, required=False)
    group_by = forms.ChoiceField(
        label="Group by",
        choices=[(each.value, each.value.title()) for each in Interval],
        required=False,
    )
    range = forms.CharField(required=False)
    seller = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, asked: Any, today: date) -> None:
        super().__init__(asked)
        self.today = today

    def add_prefix(self, field_name: str) -> str:
        return NAMED.get(field_name, field_name)

    def clean_group_by(self) -> Interval:
        return Interval(self.cleaned_data["group_by"] or Interval.DAY)

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = self.cleaned_data
        if not self.errors:
            try:
                asked["days"] = Days.asked(
                    self.today, asked["range"], asked["first"], asked["last"]
                )
            except Invalid as error:
                add_refusal(self, error, BESIDE)
        return asked


class KeepForm(forms.Form):
    """Days that are shown, to be kept. ``key`` names this attempt: sent twice, it builds once."""

    first = forms.DateField(widget=forms.HiddenInput)
    last = forms.DateField(widget=forms.HiddenInput)
    group_by = forms.TypedChoiceField(
        choices=[(each.value, each.value) for each in Interval],
        coerce=Interval,
        widget=forms.HiddenInput,
    )
    seller = forms.UUIDField(required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = self.cleaned_data
        if not self.errors:
            try:
                asked["days"] = Days.between(asked["first"], asked["last"])
            except Invalid as error:
                add_refusal(self, error, BESIDE)
        return asked


class SubscriptionForm(forms.Form):
    kind = forms.TypedChoiceField(
        choices=[
            (each.value, each.label.title()) for each in Report.Kind if each != Report.Kind.ASKED
        ],
        coerce=Report.Kind,
    )
