"""What a page's form sets going: once for its key, however often it is sent."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from accounts.models import User
from cart.errors import CartEmpty
from cart.pricing import Customer
from cart.shoppers import Shopper
from core import clock, idempotency
from core.idempotency import Answer, Intent
from orders import services
from orders.errors import ProviderUnavailable
from orders.forms import CheckoutForm, PayForm
from orders.lookup.paths import path_of
from orders.models import Order, Payment
from orders.services import Purchase


def buy_once(shopper: Shopper, form: CheckoutForm) -> Answer:
    """With the address of the order that this form's key has placed, now or before.

    :raises CartEmpty: a guest has no basket, whose the key could be.
    :raises DomainError: all that ``services.checkout`` raises.
    """
    if shopper == Shopper():
        raise CartEmpty
    user = shopper.user
    scope = f"page:{user.pk}" if user else f"page:cart:{shopper.guest_cart}"
    return idempotency.answer_once(
        _request(scope, form.cleaned_data),
        lambda: _bought(shopper, form),
        finish=lambda payment_id: _settled(payment_id, form),
        at=clock.now(),
    )


def pay_once(order: Order, form: PayForm) -> Answer:
    """With what the buyer's browser needs to go on, "" if it needs nothing.

    :raises DomainError: why the order cannot be paid so, or not now.
    """
    terms = form.cleaned_data
    token = terms["payment_token"]

    def attempt() -> Intent:
        payment = services.pay_order(
            order.pk,
            method=terms["payment_method"],
            has_token=bool(token),
            actor_id=order.buyer_id,
        )
        return Intent(payment.pk.hex)

    def finish(payment_id: str) -> Answer:
        return Answer(200, "text/plain", services.settle(UUID(payment_id), token=token).secret)

    request = _request(f"page:{order.buyer_id}", {"order": order.number, **terms})
    return idempotency.answer_once(request, attempt, finish=finish, at=clock.now())


def _bought(shopper: Shopper, form: CheckoutForm) -> Answer | Intent:
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
    payment = services.open_payment(order)
    return Intent(payment.pk.hex) if payment else Answer(303, "text/plain", path_of(order))


def _settled(payment_id: str, form: CheckoutForm) -> Answer:
    """What is not known now, the order's page shows when it is: nobody need buy again."""
    order = Order.objects.get(payments=UUID(payment_id))
    with suppress(ProviderUnavailable):
        services.settle(UUID(payment_id), token=form.cleaned_data["payment_token"])
    return Answer(303, "text/plain", path_of(order))


def _customer(user: User | None, form: CheckoutForm) -> Customer:
    return Customer(user, user.email) if user else Customer(email=form.cleaned_data["email"])


def _request(scope: str, terms: Mapping[str, Any]) -> idempotency.Request:
    """What a form asks for, under its own key."""
    texts = {name: str(value) for name, value in terms.items()}
    fingerprint = hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()
    return idempotency.Request(scope, texts["key"], fingerprint)
