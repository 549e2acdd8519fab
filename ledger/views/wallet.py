"""The wallet page: what the visitor has, what moved it, and sending it on, now or later."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.errors import DomainError
from core.pages import page_of
from ledger import queries, services
from ledger.forms import (
    ExchangeForm,
    SendForm,
    StandingOrderForm,
    StatementForm,
    TopUpForm,
    WithdrawalForm,
)
from ledger.models import (
    ExchangeQuote,
    ExchangeRate,
    ScheduledRun,
    ScheduledTransfer,
    WalletRequest,
)
from ledger.services import StandingOrder
from ledger.views.once import Show, once, visitor_id

ON_PAGE = 20
ORDERS_SHOWN = 50
REQUESTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A standing order as its owner reads it; ``refusal`` is why its newest run failed, or ""."""

    order: ScheduledTransfer
    email: str
    refusal: str


@login_required
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """What the visitor has, and what moved it, newest first."""
    return _page(request)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Send money to somebody; what is wrong is shown beside its field."""
    form = SendForm(request.POST, prefix="send")

    def sent() -> str:
        terms = form.cleaned_data
        services.transfer(
            from_user_id=visitor_id(request),
            to_user_id=_recipient(terms["to_email"]),
            amount=terms["amount"],
            memo=terms["memo"],
            key=terms["key"],
            scope=f"page:{visitor_id(request).hex}",
        )
        return f"You sent {terms['amount'].display()} to {terms['to_email']}."

    return once(request, form, sent, showing(request, "send_form"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: HttpRequest) -> HttpResponse:
    """Set up a standing order; what is wrong is shown beside its field."""
    form = StandingOrderForm(request.POST, prefix="order")

    def scheduled() -> str:
        terms = form.cleaned_data
        order = StandingOrder(
            to_user_id=_recipient(terms["to_email"]),
            amount=terms["amount"],
            memo=terms["memo"],
            every=terms["every"],
            starts_at=form.starts_at,
            until=form.until,
        )
        services.schedule_transfer(owner_id=visitor_id(request), order=order)
        return f"{terms['amount'].display()} will go to {terms['to_email']}."

    return once(request, form, scheduled, showing(request, "order_form"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, scheduled_id: UUID) -> HttpResponse:
    """Cancel one of the visitor's standing orders."""
    if request.method == "POST":
        try:
            services.cancel_scheduled_transfer(
                owner_id=visitor_id(request), scheduled_id=scheduled_id
            )
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, "The standing order is cancelled.")
    return redirect("wallet")


def showing(request: HttpRequest, name: str) -> Show:
    """The wallet page with a form of that ``name`` on it, and what is wrong with it."""
    return lambda form: _page(request, **{name: form})


def _page(request: HttpRequest, **given: forms.Form) -> HttpResponse:
    user_id = visitor_id(request)
    rates = queries.rates_at(clock.db_now())
    balance, *others = queries.wallet_balances(user_id, settings.SHOP_CURRENCY)
    context = {
        "balance": balance,
        "others": others,
        "page": page_of(request, queries.movements_of(user_id), ON_PAGE),
        "orders": _rows(user_id),
        "requests": WalletRequest.objects.visible_to(user_id)[:REQUESTS_SHOWN],
        "rates": rates,
        "quote": _quote(request),
        "send_form": SendForm(prefix="send"),
        "order_form": StandingOrderForm(prefix="order"),
        "top_up_form": TopUpForm(prefix="top_up"),
        "withdrawal_form": WithdrawalForm(prefix="withdrawal"),
        "exchange_form": ExchangeForm(currencies_of(rates), prefix="exchange"),
        "statement_form": StatementForm(),
        "has_errors": bool(given),
    }
    return render(request, "ledger/wallet.html", context | given)


def currencies_of(rates: list[ExchangeRate]) -> list[str]:
    """What can be exchanged with each other at these ``rates``."""
    return [settings.SHOP_CURRENCY, *(rate.currency for rate in rates)]


def _quote(request: HttpRequest) -> ExchangeQuote | None:
    """The visitor's own that the address names, as long as it can be taken."""
    try:
        named = UUID(request.GET.get("quote", ""))
    except ValueError:
        return None
    own = ExchangeQuote.objects.filter(pk=named, owner_id=visitor_id(request))
    open_ones = own.filter(expires_at__gt=clock.db_now())
    return open_ones.select_related("sold_rate", "bought_rate").first()


def _rows(owner_id: UUID) -> list[Row]:
    """The visitor's standing orders that go on, then those that are done, newest first."""
    newest = ScheduledRun.objects.filter(scheduled=OuterRef("pk")).order_by("-number")
    orders = (
        ScheduledTransfer.objects.filter(owner_id=owner_id)
        .exclude(status=ScheduledTransfer.Status.CANCELLED)
        .annotate(refusal=Subquery(newest.values("refusal")[:1]))
        .order_by("status", "-created_at", "-pk")[:ORDERS_SHOWN]
    )
    people = get_user_model()._default_manager.in_bulk({order.to_user_id for order in orders})  # noqa: SLF001  # Django's API
    return [_row(order, people.get(order.to_user_id)) for order in orders]


def _row(order: ScheduledTransfer, recipient: AbstractBaseUser | None) -> Row:
    refusal: str = order.refusal or ""  # type: ignore[attr-defined]  # annotated
    email = recipient.get_username() if recipient else "somebody who is gone"
    return Row(order, email, refusal.replace("_", " "))


def _recipient(email: str) -> UUID:
    return services.find_people([("to_email", email)])[0]
