"""A shop whose cards are charged by a double of Stripe, in a process that outlives every other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from bench.torture.arena import Arena
from bench.torture.crashes import Fuse
from bench.torture.shop import Ask, Shop, person
from cart.models import Promotion
from cart.pricing import Customer
from cart.tests.factories import offered
from config.celery import app
from core.testing import Clocks
from orders import tasks
from orders.models import Order, Payment
from orders.payments.stripe import StripeProvider
from orders.services import Purchase, Wanted, place_order, settle
from orders.tests.factories import ADDRESS, put_in_cart
from orders.tests.proofs import balances
from orders.tests.stripe_double import DoubleApart
from orders.tests.stripe_double.double import SECRET_KEY, WEBHOOK_SECRET

GOOD, ASKED = "pm_card_visa", "pm_card_authenticationRequired"
CODE = "TENOFF"
CARD = {
    "payment_method": "stripe",
    "payment_token": GOOD,
    "shipping_address": ADDRESS,
    "promotion_codes": [CODE],
}
STRIPE = {
    "PAYMENT_PROVIDERS": {"stripe": "orders.payments.stripe.StripeProvider"},
    "PAYMENT_METHODS": ["wallet", "invoice", "stripe"],
    "STRIPE_SECRET_KEY": SECRET_KEY,
    "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
}
MINUTE = timedelta(minutes=1)
OVER = timedelta(minutes=31)
"""Until nothing that reserved stock for a card is waited for any more."""
STRIDE = 2 * MINUTE
"""Between two sweeps: none is left to whoever is at it for longer."""


@dataclass(slots=True, kw_only=True)
class CardShop(Shop):
    """A promotion that can run out, and clocks that can be moved, besides."""

    double: DoubleApart
    clocks: Clocks
    promotion: Promotion = field(init=False)
    before: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        super(CardShop, self).__post_init__()
        self.promotion = offered(code=CODE, total_limit=10_000)
        self.before = balances()

    def checkout(self) -> Ask:
        return self.checkout_of(person())

    def checkout_of(self, buyer: User, terms: dict[str, Any] = CARD) -> Ask:
        for variant in (self.cup, self.atlas):
            put_in_cart(buyer, variant)
        return Ask.of(buyer, "/api/v1/cart/checkout", terms)

    def cancel(self) -> Ask:
        order = self.paid().order
        assert order.user
        return Ask.of(order.user, f"/api/v1/orders/{order.pk}/cancel", {"reason": "No"})

    def placed(self, method: str = "stripe") -> Payment:
        """The payment of an order that waits for it."""
        buyer = person()
        purchase = Purchase(
            Customer(buyer, buyer.email),
            Payment.Method(method),
            (ADDRESS, ADDRESS),
            codes=(CODE,),
        )
        wanted = [Wanted(variant.pk, 1) for variant in (self.cup, self.atlas)]
        order = place_order(purchase=purchase, wanted=wanted, at=timezone.now())
        return order.payments.select_related("order__user").get()

    def paid(self) -> Payment:
        payment = self.placed()
        settle(payment.pk, token=GOOD)
        return payment

    def asked(self) -> Payment:
        """One whose bank wants to see the buyer."""
        return settle(self.placed().pk, token=ASKED).payment

    def confirmed(self) -> Payment:
        """One whose bank has seen the buyer, of which the shop does not know."""
        payment = self.asked()
        self.double.authenticate(payment.reference)
        return payment

    def light(self, fuse: Fuse) -> None:
        """It burns at every request to Stripe, too."""
        fuse.light()
        http: Any = StripeProvider.configured()._http  # noqa: SLF001  # between the SDK's calls
        http.request = fuse.around(http.request)

    def sweep(self, during: timedelta = OVER) -> None:
        """As beat does, while time passes."""
        for _ in range(during // STRIDE + 1):
            self.clocks.advance(STRIDE)
            tasks.expire_orders()
            tasks.settle_payments()

    def orders(self) -> list[Order]:
        return list(Order.objects.prefetch_related("payments"))


@contextmanager
def open_shop(arena: Arena) -> Iterator[CardShop]:
    """Until the block ends. Tasks run where they are called."""
    with (
        DoubleApart() as double,
        override_settings(**STRIPE, STRIPE_API_BASE=double.address),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setitem(app.conf, "task_always_eager", value=True)
        try:
            yield CardShop(arena, double=double, clocks=Clocks(patch))
        finally:
            connections.close_all()
