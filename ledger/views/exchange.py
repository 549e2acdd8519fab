"""Exchanging money on the wallet page: a quote is asked for, shown, and taken."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core import clock
from core.errors import DomainError
from core.pages import add_refusal
from ledger import queries, services
from ledger.forms import ExchangeForm, TakeQuoteForm
from ledger.views.once import visitor_id
from ledger.views.wallet import currencies_of, showing


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a quote, which the wallet page then offers; what is wrong is beside its field."""
    if request.method != "POST":
        return redirect("wallet")
    currencies = currencies_of(queries.rates_at(clock.db_now()))
    form = ExchangeForm(currencies, request.POST, prefix="exchange")
    if form.is_valid():
        terms = form.cleaned_data
        try:
            quote = services.quote_exchange(
                user_id=visitor_id(request), sold=terms["money"], currency=terms["buy_currency"]
            )
        except DomainError as error:
            add_refusal(form, error)
        else:
            return redirect(f"{reverse('wallet')}?quote={quote.pk}#exchange")
    return showing(request, "exchange_form")(form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """Take a quote. Taken again, it stays taken."""
    form = TakeQuoteForm(request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            taken = services.exchange(
                user_id=visitor_id(request), quote_id=form.cleaned_data["quote_id"]
            )
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            again = "You had done this already." if taken.replayed else "Your money is exchanged."
            messages.success(request, again)
    return redirect("wallet")
