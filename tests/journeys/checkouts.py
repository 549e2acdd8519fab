"""A checkout as its buyer, finance, Stripe and the hours go through it, and what it must come to."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import sessions
from accounts.models import Seller, User
from accounts.tests.factories import SellerFactory
from cart.models import Promotion
from cart.tests.factories import TaxRateFactory, offered, ships
from catalog.models import Variant
from catalog.tests.factories import CategoryFactory, on_sale
from core import clock
from core import tasks as core_tasks
from core.money import Money
from core.testing import Clocks
from ledger.testing import assert_books_balance
from orders import tasks
from orders.models import IncomingTransfer, Order, OrderLine, Payment, Repayment, SellerOrder
from orders.payments.stripe import StripeProvider
from orders.tests.factories import ADDRESS, give
from orders.tests.proofs import assert_all_checks_pass, balances
from orders.tests.stripe_double import StripeDouble
from orders.tests.stripe_double.double import SECRET_KEY, WEBHOOK_SECRET
from orders.tests.stripe_double.webhooks import signature
from tests.journeys.prices import BASKET, LEVY, PROMOTIONS, SHOPS, VAT, Goods, Price, price
from tests.journeys.scenarios import Scenario

API = "/api/v1"
CODE = "SAVE"
STOCK = 5

Answer = dict[str, Any]


class OneTry(StripeProvider):
    """Stripe as it is configured, but asked once only, so that an answer can be lost at once."""

    @classmethod
    def configured(cls) -> StripeProvider:
        return one_try(settings.STRIPE_API_BASE)


@cache
def one_try(address: str) -> StripeProvider:
    return OneTry(SECRET_KEY, WEBHOOK_SECRET, api_base=address, timeout=(2.0, 2.0), retries=0)


class Market:
    """What is for sale in a scenario: sellers who ship and tax differently, and a promotion."""

    def __init__(self, scenario: Scenario, first: Seller) -> None:
        number = {"one": 1, "three": 3}[scenario.sellers]
        self.basket = [goods for goods in BASKET if goods.shop < number]
        self.off = PROMOTIONS[scenario.promotion]
        self.price = price(self.basket, self.off)
        self.sellers: list[Seller] = [first, *(SellerFactory() for _ in range(1, number))]
        taxed = {True: CategoryFactory(), False: CategoryFactory()}
        TaxRateFactory(category=taxed[True], rate=100 * VAT)
        TaxRateFactory(category=taxed[False], rate=100 * LEVY, inclusive=False, name="Levy")
        for seller, shop in zip(self.sellers, SHOPS, strict=False):
            Seller.objects.filter(pk=seller.pk).update(commission_rate=100 * shop.commission)
            ships(seller, price=shop.price, per_kg=shop.per_kg, free_above=shop.free_above)
        self.variants = [
            self._variant(goods, taxed[goods.is_tax_included]) for goods in self.basket
        ]
        if self.off.percent:
            self._offer()

    def price_of(self, seller: Seller) -> Price:
        """The part of one seller."""
        shop = self.sellers.index(seller)
        return price([goods for goods in self.basket if goods.shop == shop], self.off)

    def _variant(self, goods: Goods, category: Any) -> Variant:
        seller = self.sellers[goods.shop]
        variant = on_sale(price=goods.price, stock=STOCK, seller=seller, category=category)
        Variant.objects.filter(pk=variant.pk).update(weight=goods.weight)
        return variant

    def _offer(self) -> None:
        """Once, so that whoever comes next has it only if it was given back."""
        offered(
            code=CODE,
            rate=100 * self.off.percent,
            platform_share=100 * self.off.borne,
            seller=self.sellers[0] if self.off.shops == 1 else None,
            total_limit=1,
        )


class Checkout:
    """One scenario's buyer with ``purse`` pence in the wallet, and everybody who has to do with it."""

    def __init__(
        self,
        market: Market,
        buyer: User,
        back_office: Client,
        double: StripeDouble,
        clocks: Clocks,
    ) -> None:
        self.market, self.price = market, market.price
        self.buyer, self.back_office = buyer, back_office
        self.double, self.clocks = double, clocks
        self.purse = 0
        self._numbers = count(1)

    # What people do

    def fill_purse(self, pence: int) -> None:
        give(self.buyer, str(Money(pence, "GBP")))
        self.purse += pence

    def fill_cart(self) -> None:
        client = self._client()
        for goods, variant in zip(self.market.basket, self.market.variants, strict=True):
            item = {"variant_id": str(variant.pk), "quantity": goods.quantity}
            assert client.post(f"{API}/cart/items", item).status_code == 201
        if self.market.off.percent:
            assert client.post(f"{API}/cart/promotions", {"code": CODE}).status_code == 200

    def check_out(self, method: str, token: str = "", *, status: int = 201) -> Answer:
        """Fill the cart and buy it, for what it is predicted to cost."""
        self.fill_cart()
        return self.post("/cart/checkout", status, **self._terms(method, token))

    def lose(self, method: str, token: str) -> Answer:
        """Buy, and never hear what became of it: the order that is there then."""
        self.fill_cart()
        client = self._client(idempotency_key=self._key())
        answer = client.post(f"{API}/cart/checkout", self._terms(method, token))
        assert (answer.status_code, answer.json()["code"]) == (503, "provider_unavailable")
        [order] = client.get(f"{API}/orders").json()["results"]
        return dict(order)

    def pay(self, order: Answer, method: str, token: str) -> Answer:
        body = {"payment_method": method, "payment_token": token}
        return self.post(f"/orders/{order['id']}/pay", 200, **body)

    def cancel(self, order: Answer) -> Answer:
        return self.post(f"/orders/{order['id']}/cancel", 200, reason="Thought better of it")

    def transfer(self, order: Answer) -> None:
        """The order's money comes to the bank; finance enters it, and matches it in the back office."""
        reference = f"TX {self._key()}"
        entered = {
            "reference": reference,
            "sum": order["total"],
            "currency": "GBP",
            "text": order["number"],
            "received_at_0": "2026-03-01",
            "received_at_1": "12:00:00",
        }
        self.back_office.post(reverse("admin:orders_incomingtransfer_add"), entered)
        chosen = IncomingTransfer.objects.get(reference=reference)
        self._act("incomingtransfer", "match", chosen.pk, number=order["number"])

    def send_back(self) -> None:
        """Finance sends what is owed by bank, and says so."""
        due = Repayment.objects.get(status=Repayment.Status.PENDING)
        self._act("repayment", "confirm", due.pk, reference=self._key())

    def beat(self, after: timedelta = timedelta(minutes=1)) -> None:
        """Time passes, and what runs every minute runs once."""
        self.clocks.advance(after)
        tasks.expire_orders()
        core_tasks.deliver_events()
        tasks.settle_payments()

    def post(self, path: str, status: int, **body: Any) -> Answer:
        """Send it, and once more as it was: the second gets the first one's answer and does nothing."""
        client = self._client(idempotency_key=self._key())
        first, again = (client.post(f"{API}{path}", body) for _ in range(2))
        assert (first.status_code, again.status_code) == (status, status), first.content
        assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
        return dict(first.json())

    # What it must come to

    def assert_order(
        self,
        order: Answer,
        status: str,
        payments: Sequence[tuple[str, str]],
        steps: Sequence[str],
    ) -> None:
        """``payments`` are method and status of each, oldest first; ``steps`` are after the placing."""
        client = self._client()
        shown = client.get(f"{API}/orders/{order['id']}").json()
        moments = client.get(f"{API}/orders/{order['id']}/events").json()
        found = Order.objects.get(pk=order["id"])
        made = found.payments.order_by("created_at", "pk").values_list("method", "status")
        assert (shown["status"], list(made)) == (status, list(payments))
        assert [moment["kind"] for moment in moments] == ["order.placed", *steps]
        self._assert_priced(shown, found)

    def _assert_priced(self, shown: Answer, order: Order) -> None:
        """Whatever became of it, it is frozen as predicted, whole, seller by seller, and line by line."""
        for name in ("subtotal", "discount", "shipping", "tax", "tax_included", "total"):
            assert shown[name] == str(Money(self.price.sum(name), "GBP")), name
        assert order.sponsored == self.price.sponsored
        lines = {line.variant_id: line for line in OrderLine.objects.filter(order=order)}
        for variant, line in zip(self.market.variants, self.price.lines, strict=True):
            frozen = lines.pop(variant.pk)
            assert tuple(getattr(frozen, name) for name in line._fields) == line
        assert not lines
        parts = SellerOrder.objects.filter(order=order).select_related("seller")
        assert {part.seller for part in parts} == set(self.market.sellers)
        for part in parts:
            own = self.market.price_of(part.seller)
            shares = (part.total, part.sponsored, part.tax, part.commission, part.proceeds)
            assert shares == (own.total, own.sponsored, own.all_tax, own.commission, own.proceeds)

    def assert_held(self, *, is_sold: bool, **money: int) -> None:
        """What is where: goods, promotion, and every pence, by accounts (see ``ACCOUNTS``).

        ``money`` is what has changed since the buyer filled the purse, in pence; others hold nothing.
        Nothing is made and nothing lost: together they hold nothing.
        """
        expected = {"funding": -self.purse, "buyer": self.purse}
        for name, change in money.items():
            expected[name] = expected.get(name, 0) + change
        found = {ACCOUNTS[code]: balance for code, balance in balances().items()}
        assert found == {name: amount for name, amount in expected.items() if amount}
        assert sum(found.values()) == 0
        for goods, variant in zip(self.market.basket, self.market.variants, strict=True):
            variant.refresh_from_db()
            assert variant.stock == STOCK - goods.quantity * is_sold
        redeemed = [int(is_sold)] if self.market.off.percent else []
        assert list(Promotion.objects.values_list("redeemed", flat=True)) == redeemed
        assert_books_balance()

    def assert_stripe_has(self, **moved: list[int]) -> None:
        """Every movement of money at Stripe, of all payments: never twice."""
        found: dict[str, list[int]] = {}
        for (what, _), amounts in self.double.books.money.items():
            found.setdefault(what, []).extend(amounts)
        assert found == moved

    def assert_done(self) -> None:
        """Stripe's notices come now, twice and backwards; another hour passes. All stays as it is."""
        before = self._world()
        for event in [*reversed(self.double.events())] * 2:
            self._notify(event)
        self.beat(after=timedelta(hours=1))
        assert self._world() == before
        connection.check_constraints()
        assert_all_checks_pass()
        assert_books_balance()

    def _world(self) -> tuple[Any, ...]:
        return (
            balances(),
            list(Order.objects.order_by("pk").values_list("pk", "status", "paid", "refunded")),
            list(Payment.objects.order_by("pk").values_list("pk", "status")),
            list(Variant.objects.order_by("pk").values_list("stock", flat=True)),
            list(Promotion.objects.values_list("redeemed", flat=True)),
            {what: list(amounts) for what, amounts in self.double.books.money.items()},
        )

    def _notify(self, event: Answer) -> None:
        body = json.dumps(event)
        signed = signature(body.encode(), WEBHOOK_SECRET)
        client = APIClient(headers={"stripe-signature": signed})
        url = f"{API}/payments/webhooks/stripe"
        answer = client.generic("POST", url, body, content_type="application/json")
        assert answer.status_code == 200

    def _act(self, model: str, action: str, chosen: UUID, **asked: str) -> None:
        form = {"action": action, "_selected_action": [str(chosen)], **asked}
        url = reverse(f"admin:orders_{model}_changelist")
        assert self.back_office.post(url, form).status_code == 302

    def _terms(self, method: str, token: str) -> Answer:
        return {
            "payment_method": method,
            "payment_token": token,
            "shipping_address": ADDRESS,
            "expected_total": str(Money(self.price.total, "GBP")),
        }

    def _client(self, **headers: str) -> APIClient:
        """The buyer's, who signs in for every errand: two weeks may have passed."""
        signed_in = sessions.begin(user=self.buyer, device="test", at=clock.now())
        client = APIClient(headers=headers)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {signed_in.access}")
        return client

    def _key(self) -> str:
        return f"KEY {next(self._numbers)}"


ACCOUNTS: Mapping[str, str] = {
    "wallet": "buyer",
    "escrow": "escrow",
    "payable": "sellers",
    "transit": "refunds_due",
    "platform:funding:GBP": "funding",
    "platform:promotions:GBP": "promotions",
    "platform:commission:GBP": "commission",
    "platform:tax:GB:GBP": "tax",
    "provider:stripe:clearing:GBP": "stripe",
    "provider:bank:clearing:GBP": "bank",
}
"""Every account that may hold anything, as scenarios call it."""
