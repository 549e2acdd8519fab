"""What pages of the books have in common: they ask for a reason, and history is not edited."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminTextInputWidget

from core.admin import AsksFirst, ReadOnlyInline
from core.errors import DomainError
from core.money import Money
from ledger.models import Entry

NEWEST = 50
"""Entries shown on an account's page, and runs on a standing order's."""


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=500, widget=UnfoldAdminTextInputWidget)


class AsksWhy(AsksFirst):
    """Actions on chosen rows that first ask for a reason, on a page of their own."""

    def act(
        self,
        request: HttpRequest,
        chosen: QuerySet[Any],
        verb: str,
        service: Callable[[Any, str], str | None],
    ) -> HttpResponse | None:
        """Ask, or with a reason call ``service`` with each row and it; say what came of each.

        ``service`` answers what came of it, None if it is just done.
        """
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            question = f"{verb} the following, and say why:"
            return self.ask(request, chosen, form, verb=verb, question=question)
        for row in chosen:
            try:
                outcome = service(row, form.cleaned_data["reason"])
            except DomainError as refusal:
                messages.error(request, f"{row}: {refusal.detail}")
            else:
                messages.success(request, f"{row}: {outcome or f'done ({verb.lower()})'}.")
        return None


class EntryInline(ReadOnlyInline):
    model = Entry
    show_change_link = False

    @admin.display(description="Amount")
    def amount_shown(self, entry: Entry) -> str:
        return entry.money.display()

    @admin.display(description="Balance after")
    def balance_shown(self, entry: Entry) -> str:
        return entry.money_after.display()


def actor_id(request: HttpRequest) -> Any:
    """Who is at work: the back office lets nobody else in."""
    return request.user.pk


def shown(amount: int | None, currency: str) -> str | None:
    return None if amount is None else Money(amount, currency).display()


def name_of(column: str) -> Subquery:
    """Whom the id in ``column`` is, by the name they sign in with."""
    people = get_user_model()
    found = people._default_manager.filter(pk=OuterRef(column))  # noqa: SLF001  # Django's API
    return Subquery(found.values(people.USERNAME_FIELD)[:1])
