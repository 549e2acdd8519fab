"""Real races on PostgreSQL: nobody buys what is gone, nobody pays with what is spent."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.tests.factories import UserFactory
from catalog.errors import OutOfStock
from catalog.models import StockMovement, Variant
from catalog.tests.factories import on_sale
from ledger.errors import InsufficientFunds
from ledger.models import Account
from ledger.testing import assert_books_balance
from orders.models import Order
from orders.tests.factories import ADDRESS, buy, give, put_in_cart

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.xdist_group("races"),
    pytest.mark.django_db(transaction=True),
]


def at_once(number, act):
    """Run ``act(i)`` in ``number`` threads that start together; count the outcomes."""
    barrier = Barrier(number)

    def run(i):
        barrier.wait()
        try:
            return act(i)
        except (OutOfStock, InsufficientFunds) as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return Counter(pool.map(run, range(number)))


def test_fifty_buyers_of_the_last_five_units_make_exactly_five_orders():
    variant = on_sale(price=450, stock=5)
    buyers = [UserFactory() for _ in range(50)]
    for buyer in buyers:
        give(buyer, "10.00")

    outcomes = at_once(50, lambda i: buy(buyers[i], variant).status)

    assert outcomes == {"paid": 5, "out_of_stock": 45}
    assert Order.objects.count() == 5
    assert Variant.objects.get().stock == 0
    sold = StockMovement.objects.filter(reason="sale")
    assert sorted(sold.values_list("stock_after", flat=True)) == [0, 1, 2, 3, 4]
    escrows = Account.objects.filter(kind="escrow").values_list("balance", flat=True)
    assert list(escrows) == [450] * 5
    assert_books_balance()


def test_twins_who_want_the_same_two_things_in_opposite_order_both_get_an_answer():
    cup, bowl = on_sale(stock=1), on_sale(stock=1)
    buyers = [UserFactory() for _ in range(2)]
    for buyer in buyers:
        give(buyer, "100.00")
    orders = [(cup, bowl), (bowl, cup)]

    outcomes = at_once(2, lambda i: buy(buyers[i], *orders[i]).status)

    assert outcomes == {"paid": 1, "out_of_stock": 1}
    assert_books_balance()


def test_one_wallet_pays_for_what_it_holds_and_no_more():
    variants = [on_sale(price=450, stock=9) for _ in range(8)]
    buyer = UserFactory()
    give(buyer, "13.50")

    outcomes = at_once(8, lambda i: buy(buyer, variants[i]).status)

    assert outcomes == {"paid": 3, "insufficient_funds": 5}
    assert sorted(Variant.objects.values_list("stock", flat=True)) == [8] * 3 + [9] * 5
    assert_books_balance()


def test_one_request_sent_eight_times_at_once_makes_one_order(api):
    variant = on_sale(price=450, stock=9)
    buyer = UserFactory()
    give(buyer, "100.00")
    put_in_cart(buyer, variant)
    body = {"payment_method": "wallet", "shipping_address": ADDRESS}

    def send(_):
        client = api(buyer, **{"Idempotency-Key": "one"})
        response = client.post("/api/v1/cart/checkout", body)
        return response.status_code, response.json().get("code", "order")

    outcomes = at_once(8, send)

    assert set(outcomes) <= {(201, "order"), (409, "idempotency_in_flight")}
    assert outcomes[201, "order"] >= 1
    assert Order.objects.count() == 1
    assert send(0) == (201, "order")
    assert Order.objects.count() == 1
    assert_books_balance()
