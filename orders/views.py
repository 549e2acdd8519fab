"""Pages to buy, and to look at what was bought."""

import hashlib
import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.visitors import visitor
from cart.errors import CartEmpty
from cart.guests import of_page
from cart.pricing import Customer
from cart.queries import CartView, cart_of
from cart.shoppers import Shopper
from core import clock, countries, idempotency
from core.errors import DomainError
from core.idempotency import Answer
from core.ids import uuid7
from core.money import Money
from core.pages import add_refusal, page_of
from ledger.queries import wallet_balances
from orders import services
from orders.forms import CancelForm, CheckoutForm, ways_to_pay
from orders.lookup.paths import path_of
from orders.models import Order, Payment
from orders.queries import timeline
from orders.services import Purchase

ON_PAGE = 10


@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Buy what is in the basket; what is wrong is shown where it is, and nothing is half done.

    ``update`` in the form only says what it comes to, for the country and method chosen there.
    Guests sign in first where they have no way to pay.
    """
    shopper = of_page(request)
    if not ways_to_pay(shopper.user):
        return redirect_to_login(reverse("checkout"))
    form = _form(request, shopper.user)
    if form.is_bound and form.is_valid():
        try:
            return _to_order(request, _bought_once(shopper, form))
        except DomainError as error:
            add_refusal(form, error)
            form.data = _with_new_key(form.data)
    terms = _terms(shopper, form)
    if not terms["cart"].items and request.method != "POST":
        return redirect("cart")
    return render(request, "orders/checkout.html", {"form": form, **terms})


def _form(request: HttpRequest, user: User | None) -> CheckoutForm:
    """An attempt, or a form to fill in: with the last address, and what was chosen so far."""
    if request.method == "POST" and "update" not in request.POST:
        return CheckoutForm(request.POST, user=user)
    chosen = request.POST.dict() or {
        name: request.GET[name] for name in ("country", "shipping_method") if name in request.GET
    }
    last = _last_address(user) if user else {}
    return CheckoutForm(initial={**last, **chosen}, user=user)


def _to_order(request: HttpRequest, bought: Answer) -> HttpResponse:
    """An old form that is sent again, from the browser's history say, has bought nothing new."""
    url = bought.body
    if not bought.is_replayed:
        return redirect(f"{url}?placed")
    messages.info(
        request, "You had placed this order already. What is in your basket is still there."
    )
    return redirect(url)


def _bought_once(shopper: Shopper, form: CheckoutForm) -> Answer:
    """With the address of the order that this form's key has placed, now or before.

    :raises CartEmpty: a guest has no basket, whose the key could be.
    """
    if shopper == Shopper():
        raise CartEmpty
    terms = {name: str(value) for name, value in form.cleaned_data.items()}
    fingerprint = hashlib.sha256(json.dumps(terms, sort_keys=True).encode()).hexdigest()
    request = idempotency.Request(_scope(shopper), terms["key"], fingerprint)
    return idempotency.answer_once(request, lambda: _bought(shopper, form), at=clock.now())


def _scope(shopper: Shopper) -> str:
    return f"page:{shopper.user.pk}" if shopper.user else f"page:cart:{shopper.guest_cart}"


def _bought(shopper: Shopper, form: CheckoutForm) -> Answer:
    order = services.checkout(
        purchase=Purchase(
            customer=_customer(shopper.user, form),
            method=Payment.Method(form.cleaned_data["payment_method"]),
            addresses=(form.address, form.address),
            shipping_method=form.cleaned_data["shipping_method"],
            expected_total=form.cleaned_data["expected_total"],
        ),
        shopper=shopper,
        accept_price_changes=form.cleaned_data["accept_price_changes"],
        at=clock.now(),
    )
    return Answer(303, "text/plain", path_of(order))


def _customer(user: User | None, form: CheckoutForm) -> Customer:
    return Customer(user, user.email) if user else Customer(email=form.cleaned_data["email"])


def _with_new_key(data: Any) -> QueryDict:
    """A refused attempt is over; the next one is another."""
    renewed: QueryDict = data.copy()
    renewed["key"] = str(uuid7())
    return renewed


def _last_address(buyer: User) -> dict[str, str]:
    last = buyer.orders.order_by("-created_at", "-pk").first()
    return last.shipping_address if last else {"recipient": buyer.name}


def _priced(shopper: Shopper, form: CheckoutForm) -> tuple[CartView, str]:
    """The basket as it would go where the form says, or why it cannot, then without shipping or tax."""
    at = clock.now()
    country, method = form["country"].value(), form["shipping_method"].value() or ""
    try:
        known = country if country in countries.NAMES else None
        return cart_of(shopper, at=at, country=known, method=method), ""
    except DomainError as error:
        return cart_of(shopper, at=at), error.detail


def _terms(shopper: Shopper, form: CheckoutForm) -> dict[str, Any]:
    cart, refusal = _priced(shopper, form)
    return {
        "cart": cart,
        "shipping_refusal": refusal,
        **(_wallet(shopper.user, cart) if shopper.user else {}),
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


def _wallet(user: User, cart: CartView) -> dict[str, Any]:
    wallet = wallet_balances(user.pk, cart.currency)[0].available
    short = cart.total.amount - wallet.amount
    return {"wallet": wallet, "shortfall": Money(short, cart.currency) if short > 0 else None}


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
    context = {
        "order": found,
        "timeline": timeline(found),
        "just_placed": "placed" in request.GET,
        "may_cancel": found.is_cancellable and found.user_id == visitor(request).pk,
        "cancel_url": reverse("cancel_order", args=[found.number]),
        "orders_url": reverse("orders"),
    }
    return render(request, "orders/order.html", context)


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
    context = {"order": own, "form": form, "order_url": reverse("order", args=[own.number])}
    return render(request, "orders/cancel.html", context)
