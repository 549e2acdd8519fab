"""A crowd at one counter, on PostgreSQL: thousands for hundreds of pieces, and one request sent by many."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from accounts.models import User
from catalog.errors import OutOfStock
from catalog.models import Product, StockMovement, Variant
from catalog.tests.factories import on_sale
from core.models import Event
from ledger.chart import funding, wallet
from ledger.models import Account, Transaction
from ledger.services import Line, Posting, post_batch
from ledger.testing import assert_books_balance
from orders.models import Order, OrderLine, Payment
from orders.services import Wanted, place_order
from orders.tests.factories import ADDRESS, from_wallet, give

pytestmark = [
    pytest.mark.postgresql,  # SQLite has one writer at a time: there is no crowd
    pytest.mark.xdist_group("races"),
    pytest.mark.no_cover,  # fewer buyers run the same elsewhere
    pytest.mark.django_db(transaction=True),
]

AT = datetime(2026, 3, 1, tzinfo=UTC)

CROWD, PIECES, AT_ONCE = 5_000, 500, 16
PRICE = 450
COPIES = 50


def crowd(number: int) -> list[User]:
    """People with just enough money for one piece each."""
    people = [User(email=f"one-of-many-{n}@example.com", password="!") for n in range(number)]
    buyers = User.objects.bulk_create(people)
    post_batch(
        [
            Posting(
                "deposit",
                f"crowd:{buyer.pk.hex}",
                (Line(funding("GBP"), -PRICE), Line(wallet(buyer.pk, "GBP"), PRICE)),
            )
            for buyer in buyers
        ]
    )
    return buyers


def outcomes(number: int, at_once: int, act: Callable[[int], Any]) -> list[Any]:
    """What ``act(0)``, ``act(1)``... come to, in ``at_once`` threads that start together."""
    barrier = Barrier(at_once)

    def run(first: int) -> list[Any]:
        barrier.wait()
        try:
            return [act(each) for each in range(first, number, at_once)]
        finally:
            connection.close()

    with ThreadPoolExecutor(at_once) as pool:
        return [outcome for some in pool.map(run, range(at_once)) for outcome in some]


def test_five_thousand_buyers_of_five_hundred_pieces_make_exactly_five_hundred_orders():
    variant = on_sale(price=PRICE, stock=PIECES)
    buyers = crowd(CROWD)

    def buy_one(number: int) -> str:
        try:
            order = place_order(
                purchase=from_wallet(buyers[number]), wanted=[Wanted(variant.pk, 1)], at=AT
            )
        except OutOfStock as refusal:
            return refusal.code
        return order.status

    found = Counter(outcomes(CROWD, AT_ONCE, buy_one))

    assert found == {"paid": PIECES, "out_of_stock": CROWD - PIECES}
    assert Order.objects.filter(status="paid", paid=F("total"), total=PRICE).count() == PIECES
    assert Order.objects.values("user").distinct().count() == PIECES
    assert OrderLine.objects.count() == Payment.objects.count() == PIECES
    sold = StockMovement.objects.filter(reason="sale").values_list("stock_after", flat=True)
    assert sorted(sold) == list(range(PIECES))
    assert Variant.objects.get().stock == 0
    assert Product.objects.get().in_stock is False
    escrows = Account.objects.filter(kind="escrow").values_list("balance", flat=True)
    assert list(escrows) == [PRICE] * PIECES
    wallets = Account.objects.filter(kind="wallet").values_list("balance", flat=True)
    assert Counter(wallets) == {0: PIECES, PRICE: CROWD - PIECES}
    assert_books_balance()


def test_fifty_copies_of_one_request_at_the_same_moment_make_one_order(api, bob):
    variant = on_sale(price=PRICE, stock=COPIES)
    give(bob, "1000.00")
    body = {
        "items": [{"variant_id": str(variant.pk), "quantity": 1}],
        "payment_method": "wallet",
        "shipping_address": ADDRESS,
    }
    clients = [api(bob, **{"Idempotency-Key": "one"}) for _ in range(COPIES)]

    def send(number: int) -> Any:
        return clients[number].post("/api/v1/orders", body)

    answers = outcomes(COPIES, COPIES, send)
    again = [send(number) for number in range(COPIES)]

    placed = [answer for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert {(a.status_code, a.json()["code"]) for a in refused} <= {(409, "idempotency_in_flight")}
    assert sum("Idempotent-Replayed" not in answer.headers for answer in placed) == 1
    assert all(answer.headers["Idempotent-Replayed"] == "true" for answer in again)
    order = Order.objects.get()
    assert {answer.json()["id"] for answer in (*placed, *again)} == {str(order.pk)}
    assert {answer.content for answer in (*placed, *again)} == {placed[0].content}
    assert Variant.objects.get().stock == COPIES - 1
    assert Transaction.objects.filter(kind="order_payment").count() == 1
    assert Event.objects.filter(kind="order.placed").count() == 1
    assert_books_balance()
