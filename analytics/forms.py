"""What people send from the pages of reports."""

from datetime import date
from typing import Any

from django import forms

from analytics.queries import Days
from core.errors import Invalid
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
