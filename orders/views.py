"""Pages to buy, and to look at what was bought."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.visitors import visitor
from cart.pricing import Customer
from cart.queries import CartView, cart_of
from cart.shoppers import Shopper
from core import clock, idempotency
from core.errors import DomainError
from core.idempotency import Answer, Intent
from core.ids import uuid7
from core.money import Money
from core.pages import add_refusal, page_of
from ledger.queries import wallet_balances
from orders import services
from orders.errors import ProviderUnavailable
from orders.forms import CancelForm, CheckoutForm, ContinueForm
from orders.models import Order, Payment
from orders.queries import timeline
from orders.services import Purchase

ON_PAGE = 10


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Buy what is in the basket; what is wrong is shown where it is, and nothing is half done."""
    buyer = visitor(request)
    form = CheckoutForm(request.POST or None, initial=_last_address(buyer))
    if request.method == "POST" and form.is_valid():
        try:
            return _to_order(request, _bought_once(buyer, form))
        except DomainError as error:
            add_refusal(form, error)
            form.data = _with_new_key(form.data)
    cart = cart_of(Shopper(user=buyer), at=clock.now())
    if not cart.items and request.method != "POST":
        return redirect("cart")
    return render(request, "orders/checkout.html", {"form": form, **_terms(buyer, cart)})


def _to_order(request: HttpRequest, bought: Answer) -> HttpResponse:
    """An old form that is sent again, from the browser's history say, has bought nothing new."""
    url = reverse("order", args=[bought.body])
    if not bought.is_replayed:
        return redirect(f"{url}?placed")
    messages.info(
        request, "You had placed this order already. What is in your basket is still there."
    )
    return redirect(url)


def _bought_once(buyer: User, form: CheckoutForm) -> Answer:
    """With the number of the order that this form's key has placed, now or before."""
    request = _request(buyer, form.cleaned_data)
    return idempotency.answer_once(
        request,
        lambda: _bought(buyer, form),
        finish=lambda payment_id: _settled(payment_id, form),
        at=clock.now(),
    )


def _settled(payment_id: str, form: CheckoutForm) -> Answer:
    """What is not known now, the order's page shows when it is: nobody need buy again."""
    number = Order.objects.get(payments=UUID(payment_id)).number
    with suppress(ProviderUnavailable):
        services.settle(UUID(payment_id), token=form.cleaned_data["payment_token"])
    return Answer(303, "text/plain", number)


def _bought(buyer: User, form: CheckoutForm) -> Answer | Intent:
    order = services.checkout(
        purchase=Purchase(
            customer=Customer(buyer, buyer.email),
            method=Payment.Method(form.cleaned_data["payment_method"]),
            addresses=(form.address, form.address),
        ),
        shopper=Shopper(user=buyer),
        accept_price_changes=form.cleaned_data["accept_price_changes"],
        at=clock.now(),
    )
    payment = services.open_payment(order)
    return Intent(payment.pk.hex) if payment else Answer(303, "text/plain", order.number)


def _with_new_key(data: Any) -> QueryDict:
    """A refused attempt is over; the next one is another."""
    renewed: QueryDict = data.copy()
    renewed["key"] = str(uuid7())
    return renewed


def _last_address(buyer: User) -> dict[str, str]:
    last = buyer.orders.order_by("-created_at", "-pk").first()
    return last.shipping_address if last else {"recipient": buyer.name}


def _terms(buyer: User, cart: CartView) -> dict[str, Any]:
    wallet = wallet_balances(buyer.pk, cart.currency)[0].available
    short = cart.total.amount - wallet.amount
    return {
        "stripe_key": _stripe_key(),
        "cart": cart,
        "wallet": wallet,
        "shortfall": Money(short, cart.currency) if short > 0 else None,
        "price_changes": [
            {
                "product_name": item.variant.product.title,
                "old": item.seen_unit_price.display(),
                "new": item.variant.unit_price.display(),
            }
            for item in cart.items
            if item.has_price_changed
        ],
    }


@login_required
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """The visitor's orders, newest first."""
    own = Order.objects.filter(user=visitor(request)).with_pictures()
    page = page_of(request, own.order_by("-created_at", "-pk"), ON_PAGE)
    return render(request, "orders/list.html", {"page": page})


@login_required
@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order; ``?placed`` says thank you."""
    visible = Order.objects.visible_to(request.user).with_pictures()
    found = get_object_or_404(visible, number=number)
    return _shown(request, found)


def _shown(request: HttpRequest, order: Order, **more: Any) -> HttpResponse:
    """The order's page. Its buyer may pay what awaits it."""
    is_own = order.user_id == visitor(request).pk
    waits = is_own and order.status == Order.Status.AWAITING_PAYMENT
    context = {
        "order": order,
        "timeline": timeline(order),
        "just_placed": "placed" in request.GET,
        "may_cancel": order.is_cancellable and is_own,
        "pay_form": ContinueForm() if waits else None,
        "open_payment": services.open_payment(order),
        "instructions": settings.INVOICE_INSTRUCTIONS,
        "stripe_key": _stripe_key(),
        **more,
    }
    return render(request, "orders/order.html", context)


@login_required
@require_POST
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Pay an order of one's own that awaits it, or go on where the bank has asked something."""
    buyer = visitor(request)
    own = get_object_or_404(Order.objects.with_pictures(), number=number, user=buyer)
    form = ContinueForm(request.POST)
    if not form.is_valid():
        return _shown(request, own, pay_form=form)
    try:
        paid = _paid_once(own, form.cleaned_data, buyer)
    except DomainError as error:
        add_refusal(form, error)
        return _shown(request, own, pay_form=form)
    if paid.body:
        return _shown(request, own, client_secret=paid.body)
    return redirect("order", number)


def _paid_once(order: Order, terms: Mapping[str, str], buyer: User) -> Answer:
    """With what the buyer's browser needs to go on, "" if it needs nothing.

    :raises DomainError: why the order cannot be paid so, or not now.
    """
    method, token = terms["payment_method"], terms["payment_token"]

    def attempt() -> Intent:
        payment = services.pay_order(
            order.pk, method=method, has_token=bool(token), actor_id=buyer.pk
        )
        return Intent(payment.pk.hex)

    def finish(payment_id: str) -> Answer:
        return Answer(200, "text/plain", services.settle(UUID(payment_id), token=token).secret)

    request = _request(buyer, {"order": order.number, **terms})
    return idempotency.answer_once(request, attempt, finish=finish, at=clock.now())


def _request(buyer: User, terms: Mapping[str, Any]) -> idempotency.Request:
    """What a form asks for, under its own key."""
    texts = {name: str(value) for name, value in terms.items()}
    fingerprint = hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()
    return idempotency.Request(f"page:{buyer.pk}", texts["key"], fingerprint)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Ask whether one's order is really to be called off, and do it."""
    buyer = visitor(request)
    own = get_object_or_404(Order.objects.with_parts(), number=number, user=buyer)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"] or "Cancelled by the buyer"
        try:
            services.cancel_order(own.pk, actor_id=buyer.pk, reason=reason, at=clock.now())
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, f"Order {own.number} is cancelled.")
        return redirect("order", own.number)
    return render(request, "orders/cancel.html", {"order": own, "form": form})


def _stripe_key() -> str:
    """What Stripe's form for cards is shown with; "" where there is none."""
    offered = Payment.Method.STRIPE in settings.PAYMENT_METHODS
    return settings.STRIPE_PUBLISHABLE_KEY if offered else ""
