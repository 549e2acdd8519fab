"""Paying into the wallet and out of it, and taking a request back."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from ledger import services
from ledger.forms import TopUpForm, WithdrawalForm
from ledger.views.once import once, visitor_id
from ledger.views.wallet import showing


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def top_up(request: HttpRequest) -> HttpResponse:
    """Announce a payment; what is wrong is shown beside its field."""
    form = TopUpForm(request.POST, prefix="top_up")

    def announced() -> str:
        terms = form.cleaned_data
        made = services.request_top_up(
            owner_id=visitor_id(request), amount=terms["money"], provider=terms["provider"]
        )
        return f"Now pay {made.money.display()} and write {made.payment_code} on it."

    return once(request, form, announced, showing(request, "top_up_form"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Ask to be paid out; what is wrong is shown beside its field."""
    form = WithdrawalForm(request.POST, prefix="withdrawal")

    def asked() -> str:
        terms = form.cleaned_data
        made = services.request_withdrawal(
            owner_id=visitor_id(request),
            amount=terms["money"],
            provider=terms["provider"],
            destination=terms["destination"],
        )
        return f"{made.money.display()} is set aside, to be paid to {made.masked_destination}."

    return once(request, form, asked, showing(request, "withdrawal_form"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Take one of the visitor's requests back."""
    if request.method == "POST":
        try:
            services.cancel_wallet_request(request_id=request_id, owner_id=visitor_id(request))
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, "The request is cancelled.")
    return redirect("wallet")
