"""Real races on PostgreSQL: a promotion is given as often as there is to give, and no more."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import UserFactory
from cart.errors import PromotionRefused
from cart.models import Promotion
from cart.tests.factories import offered
from catalog.tests.factories import on_sale
from ledger.testing import assert_books_balance
from orders.models import Order, Redemption
from orders.services import Wanted, cancel_order, place_order
from orders.tests.factories import from_wallet, give

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.xdist_group("races"),
    pytest.mark.django_db(transaction=True),
]
NOW = timezone.now()


def at_once(number, act):
    """Run ``act(i)`` in ``number`` threads that start together; count the outcomes."""
    barrier = Barrier(number)

    def run(i):
        barrier.wait()
        try:
            return act(i)
        except PromotionRefused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return Counter(pool.map(run, range(number)))


def order_with(buyer, variant, *codes):
    order = place_order(
        purchase=from_wallet(buyer, codes=codes), wanted=[Wanted(variant.pk, 1)], at=NOW
    )
    return order.discount


def buyers(number):
    made = [UserFactory() for _ in range(number)]
    for buyer in made:
        give(buyer, "100.00")
    return made


@pytest.mark.parametrize("goods", [1, 10])
def test_of_fifty_who_want_the_last_five_five_get_it(goods):
    offered(code="TEN", total_limit=5)
    variants = [on_sale(price=1000, stock=99) for _ in range(goods)]
    shoppers = buyers(50)

    outcomes = at_once(50, lambda i: order_with(shoppers[i], variants[i % goods], "TEN"))

    assert outcomes == {100: 5, "promotion_used_up": 45}
    assert Promotion.objects.get().redeemed == 5
    assert (Redemption.objects.count(), Order.objects.count()) == (5, 5)
    assert_books_balance()


def test_one_customer_twice_at_once_has_it_once():
    offered(code="TEN", customer_limit=1)
    variants = [on_sale(price=1000) for _ in range(2)]
    [buyer] = buyers(1)

    outcomes = at_once(2, lambda i: order_with(buyer, variants[i], "TEN"))

    assert outcomes == {100: 1, "promotion_already_used": 1}
    assert Redemption.objects.count() == 1
    assert_books_balance()


def test_a_first_order_is_not_had_twice_at_once():
    offered(code="HELLO", first_order_only=True, customer_limit=1)
    variants = [on_sale(price=1000) for _ in range(8)]
    [buyer] = buyers(1)

    outcomes = at_once(8, lambda i: order_with(buyer, variants[i], "HELLO"))

    assert outcomes == {100: 1, "promotion_already_used": 7}


def test_several_limits_at_once_do_not_deadlock():
    for code in ("ONE", "TWO", "THREE"):
        offered("fixed", code=code, amount=100, combines=True, total_limit=10)
    codes = [("ONE", "TWO", "THREE"), ("THREE", "TWO", "ONE")]
    variants = [on_sale(price=1000, stock=99) for _ in range(20)]
    shoppers = buyers(20)

    outcomes = at_once(20, lambda i: order_with(shoppers[i], variants[i], *codes[i % 2]))

    assert outcomes == {300: 10, "promotion_used_up": 10}
    assert list(Promotion.objects.values_list("redeemed", flat=True)) == [10] * 3
    assert_books_balance()


def test_giving_back_and_using_at_once_leaves_the_count_right():
    offered(code="TEN", total_limit=10)
    variants = [on_sale(price=1000, stock=99) for _ in range(20)]
    shoppers = buyers(20)
    for i in range(10):
        order_with(shoppers[i], variants[i], "TEN")
    placed = list(Order.objects.order_by("pk"))

    def act(i):
        if i >= 10:
            return order_with(shoppers[i], variants[i], "TEN")
        return cancel_order(placed[i].pk, actor_id=None, reason="", at=NOW).status

    outcomes = at_once(20, act)

    assert outcomes["cancelled"] == 10
    assert outcomes[100] + outcomes["promotion_used_up"] == 10
    in_use = Redemption.objects.filter(returned_at=None).count()
    assert Promotion.objects.get().redeemed == in_use == outcomes[100]
    assert_books_balance()


def test_a_limit_that_is_set_while_orders_are_placed_counts_all_of_them():
    offered(rate=1000)
    variants = [on_sale(price=1000, stock=99) for _ in range(10)]
    shoppers = buyers(10)

    def act(i):
        if i == 0:
            return Promotion.objects.update(total_limit=50)
        return order_with(shoppers[i], variants[i])

    outcomes = at_once(10, act)

    assert outcomes == {1: 1, 100: 9}
    assert Promotion.objects.get().redeemed == 9
