"""What is asked of people who look at the books, or close them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from core import clock
from ledger.models.periods import month_end

MONTH = timedelta(days=30)


class DayField(forms.DateField):
    """A day (UTC), with the browser's own date picker."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}), **kwargs)


class SpanForm(forms.Form):
    """Days, both inclusive; the last one is today unless it is said."""

    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        since, until = asked.get("since"), asked.get("until")
        if since and since > (until or clock.now().date()):
            raise forms.ValidationError("The first day is after the last.")
        return asked

    @property
    def answers(self) -> dict[str, Any]:
        return self.cleaned_data if self.is_bound and self.is_valid() else {}

    @property
    def last_instant(self) -> datetime:
        day: date = self.answers.get("until") or clock.now().date()
        return datetime.combine(day, time.max, UTC)

    @property
    def first_instant(self) -> datetime | None:
        day: date | None = self.answers.get("since")
        return datetime.combine(day, time.min, UTC) if day else None


class StatementForm(SpanForm):
    """An account's statement: of the last thirty days, unless they are said."""

    after_version = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    @property
    def span(self) -> tuple[datetime, datetime]:
        return self.first_instant or self.last_instant - MONTH, self.last_instant

    @property
    def after(self) -> int:
        return self.answers.get("after_version") or 0


class CloseForm(forms.Form):
    """Which months are closed, and why."""

    through = forms.TypedChoiceField(
        label="Close through", coerce=date.fromisoformat, widget=UnfoldAdminSelectWidget
    )
    reason = forms.CharField(max_length=500, widget=UnfoldAdminTextInputWidget)
    sure = forms.BooleanField(
        label="I have seen the statements. A closed month is never opened again.",
        widget=UnfoldBooleanWidget,
    )

    def __init__(self, months: list[datetime], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(f"{month:%Y-%m-%d}", f"{month:%B %Y}") for month in months]
        self.fields["through"].choices = choices  # type: ignore[attr-defined]  # a choice field


def ended_months(starts_at: datetime | None, at: datetime) -> Iterator[datetime]:
    """The months (their first instants, UTC) from ``starts_at`` that have ended by ``at``."""
    while starts_at and month_end(starts_at) <= at:
        yield starts_at
        starts_at = month_end(starts_at)
