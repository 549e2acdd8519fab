"""Pages to ask for the link to an order, and those that the link leads to."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.api.throttles import address
from core.errors import DomainError, TooMany
from core.pages import add_refusal
from orders import services
from orders.errors import LinkInvalid
from orders.forms import CancelForm
from orders.lookup.forms import FindForm
from orders.lookup.limits import LOOKUPS, limit_mails
from orders.models import Order
from orders.views import Ways, paid, shown

View = Callable[[HttpRequest, Order, str], HttpResponse]


def by_link(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """Hands ``view`` the order of the link's token, and keeps the link to the visitor.

    No cache stores what it shows, and no other site is told its address: the token is the key. Under
    ``no-referrer`` browsers would not say either where a form of ours comes from, and it would be
    refused.
    """

    @never_cache
    @wraps(view)
    def shown(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, Order.objects.with_pictures().of_link(token), token)
        except LinkInvalid as error:
            response = _find_page(request, FindForm(), 404, refusal=error.detail)
        response["Referrer-Policy"] = "strict-origin"
        return response

    return shown


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for the link to an order. The answer is the same whether or not there is one."""
    form = FindForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _ask(request, form)
            return redirect(f"{reverse('find_order')}?asked")
        except TooMany as error:
            add_refusal(form, error)
            status = 429
    return _find_page(request, form, status)


def _ask(request: HttpRequest, form: FindForm) -> None:
    LOOKUPS.hit(address(request))
    limit_mails(**form.cleaned_data)
    services.request_link(**form.cleaned_data, at=clock.now())


def _find_page(
    request: HttpRequest, form: FindForm, status: int, *, refusal: str = ""
) -> HttpResponse:
    context = {"form": form, "refusal": refusal, "is_asked": "asked" in request.GET}
    return render(request, "orders/find.html", context, status=status)


@require_safe
@by_link
def order(request: HttpRequest, found: Order, token: str) -> HttpResponse:
    """A guest's order; ``?placed`` says thank you."""
    return shown(request, found, _ways(token))


@require_POST
@by_link
def pay(request: HttpRequest, found: Order, token: str) -> HttpResponse:
    """Pay a guest's order that awaits it, or go on where the bank has asked something."""
    return paid(request, found, _ways(token), reverse("guest_order", args=[token]))


def _ways(token: str) -> Ways:
    pay_url, cancel_url = (
        reverse(name, args=[token]) for name in ("pay_guest_order", "cancel_guest_order")
    )
    return Ways(pay_url, cancel_url)


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def cancel(request: HttpRequest, found: Order, token: str) -> HttpResponse:
    """Ask whether a guest's order is really to be called off, and do it."""
    form = CancelForm(request.POST if request.method == "POST" else None)
    order_url = reverse("guest_order", args=[token])
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"] or "Cancelled by the buyer"
        try:
            services.cancel_order(found.pk, actor_id=found.buyer_id, reason=reason, at=clock.now())
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, f"Order {found.number} is cancelled.")
        return redirect(order_url)
    context = {"order": found, "form": form, "order_url": order_url}
    return render(request, "orders/cancel.html", context)
