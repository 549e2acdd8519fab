"""Pages to buy, and to look at what was bought."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.visitors import visitor
from cart.guests import of_page
from cart.queries import CartView, cart_of
from cart.shoppers import Shopper
from core import clock, countries
from core.errors import DomainError
from core.idempotency import Answer
from core.ids import uuid7
from core.money import Money
from core.pages import add_refusal, page_of
from ledger.queries import wallet_balances
from orders import attempts, services
from orders.forms import CancelForm, CheckoutForm, ContinueForm
from orders.models import Order, Payment
from orders.payments import registry
from orders.queries import timeline

ON_PAGE = 10


@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Buy what is in the basket; what is wrong is shown where it is, and nothing is half done.

    ``update`` in the form only says what it comes to, for the country and method chosen there.
    Guests sign in first where they have no way to pay.
    """
    shopper = of_page(request)
    if not registry.offered(is_guest=shopper.user is None):
        return redirect_to_login(reverse("checkout"))
    form = _form(request, shopper.user)
    if form.is_bound and form.is_valid():
        try:
            return _to_order(request, attempts.buy_once(shopper, form))
        except DomainError as error:
            add_refusal(form, error)
            form.data = _with_new_key(form.data)
    terms = _terms(shopper, form)
    if not terms["cart"].items and request.method != "POST":
        return redirect("cart")
    return render(request, "orders/checkout.html", {"form": form, **terms})


def _form(request: HttpRequest, user: User | None) -> CheckoutForm:
    """An attempt, or a form to fill in: with the last address, and what was chosen so far."""
    is_guest = user is None
    if request.method == "POST" and "update" not in request.POST:
        return CheckoutForm(request.POST, is_guest=is_guest)
    chosen = request.POST.dict() or {
        name: request.GET[name] for name in ("country", "shipping_method") if name in request.GET
    }
    last = _last_address(user) if user else {}
    return CheckoutForm(initial={**last, **chosen}, is_guest=is_guest)


def _to_order(request: HttpRequest, bought: Answer) -> HttpResponse:
    """An old form that is sent again, from the browser's history say, has bought nothing new."""
    url = bought.body
    if not bought.is_replayed:
        return redirect(f"{url}?placed")
    messages.info(
        request, "You had placed this order already. What is in your basket is still there."
    )
    return redirect(url)


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
        "stripe_key": _stripe_key(),
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
    return shown(request, found, _ways(request, found))


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the page of an order leads: "" is nowhere, for who may only look."""

    pay_url: str = ""
    cancel_url: str = ""
    orders_url: str = ""


def _ways(request: HttpRequest, order: Order) -> Ways:
    every = reverse("orders")
    if order.user_id != visitor(request).pk:
        return Ways(orders_url=every)
    pay, call_off = (reverse(name, args=[order.number]) for name in ("pay_order", "cancel_order"))
    return Ways(pay, call_off, every)


def shown(request: HttpRequest, order: Order, ways: Ways, **more: Any) -> HttpResponse:
    """The page of an order, read ``with_pictures``. Its buyer may pay what awaits it."""
    waits = ways.pay_url and order.status == Order.Status.AWAITING_PAYMENT
    context = {
        "order": order,
        "timeline": timeline(order),
        "just_placed": "placed" in request.GET,
        "may_cancel": order.is_cancellable and ways.cancel_url,
        "pay_url": ways.pay_url,
        "cancel_url": ways.cancel_url,
        "orders_url": ways.orders_url,
        "waits": waits,
        "pay_form": _other_ways(order) if waits else None,
        "open_payment": services.open_payment(order),
        "instructions": settings.INVOICE_INSTRUCTIONS,
        "stripe_key": _stripe_key(),
        **more,
    }
    return render(request, "orders/order.html", context)


def _other_ways(order: Order) -> ContinueForm | None:
    """To pay ``order``, besides the transfer that is awaited if one is; None where there is no other."""
    awaited = {p.method for p in order.payments.all() if p.status == Payment.Status.PENDING}
    form = ContinueForm(is_guest=order.user_id is None, without=awaited & {Payment.Method.INVOICE})
    return form if form.ways else None


@login_required
@require_POST
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Pay an order of one's own that awaits it, or go on where the bank has asked something."""
    own = get_object_or_404(Order.objects.with_pictures(), number=number, user=visitor(request))
    return paid(request, own, _ways(request, own), reverse("order", args=[number]))


def paid(request: HttpRequest, order: Order, ways: Ways, order_url: str) -> HttpResponse:
    """Pay ``order``, which is the visitor's, as the form says."""
    form = ContinueForm(request.POST, is_guest=order.user_id is None)
    if not form.is_valid():
        return shown(request, order, ways, pay_form=form)
    try:
        answer = attempts.pay_once(order, form)
    except DomainError as error:
        add_refusal(form, error)
        return shown(request, order, ways, pay_form=form)
    if answer.body:
        return shown(request, order, ways, client_secret=answer.body)
    return redirect(order_url)


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


def _stripe_key() -> str:
    """What Stripe's form for cards is shown with; "" where there is none."""
    offered = Payment.Method.STRIPE in settings.PAYMENT_METHODS
    return settings.STRIPE_PUBLISHABLE_KEY if offered else ""
