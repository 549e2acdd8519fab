"""What a form asks is done once, and what is wrong with it is shown where it stands."""

import hashlib
import json
from collections.abc import Callable, Mapping
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from core import clock, idempotency
from core.errors import DomainError
from core.idempotency import Answer
from core.ids import uuid7
from core.pages import add_refusal

Show = Callable[[forms.Form], HttpResponse]

BESIDE: Mapping[str, str] = {
    "to_user_id": "to_email",
    "starts_at": "starts_on",
    "until": "ends_on",
}
"""By the input that a service names: the field of our forms that shows it."""


def once(
    request: HttpRequest, form: forms.Form, act: Callable[[], str], show: Show
) -> HttpResponse:
    """Do what ``form`` asks unless its key has done it, say what ``act`` says, and go back to the
    wallet; or ``show`` the form with what is wrong."""
    if request.method != "POST":
        return redirect("wallet")
    if form.is_valid():
        try:
            done = idempotency.answer_once(
                _asked(request, form),
                lambda: Answer(303, "text/plain", act()),
                at=clock.now(),
            )
        except DomainError as error:
            add_refusal(form, error, BESIDE)
            form.data = _with_new_key(request, form)
        else:
            say = messages.info if done.is_replayed else messages.success
            again = "You had done this already. " if done.is_replayed else ""
            say(request, again + done.body)
            return redirect("wallet")
    return show(form)


def visitor_id(request: HttpRequest) -> UUID:
    user_id: UUID = request.user.pk  # type: ignore[assignment]  # the decorator lets nobody else in
    return user_id


def _asked(request: HttpRequest, form: forms.Form) -> idempotency.Request:
    terms = json.dumps({name: str(value) for name, value in form.cleaned_data.items()})
    fingerprint = hashlib.sha256(f"{request.path} {terms}".encode()).hexdigest()
    return idempotency.Request(f"page:{visitor_id(request)}", form.cleaned_data["key"], fingerprint)


def _with_new_key(request: HttpRequest, form: forms.Form) -> QueryDict:
    """A refused attempt is over; the next one is another."""
    renewed: QueryDict = request.POST.copy()
    renewed[form.add_prefix("key")] = str(uuid7())
    return renewed
