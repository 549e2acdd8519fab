"""A promotion's limits and what was granted: the database refuses whoever writes past them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cart import services
from cart.models import EnteredCode, Promotion
from cart.shoppers import Shopper
from cart.tests.factories import offered
from catalog.tests.factories import on_sale
from core.ids import uuid7
from orders.models import Redemption
from orders.tests.factories import buy, give

NOW = timezone.now()


@pytest.fixture
def orders(bob):
    """Three orders that were granted nothing."""
    give(bob, "100.00")
    cup = on_sale(price=1000)
    return [buy(bob, cup) for _ in range(3)]


def redemption(order, promotion, **columns):
    usual = {"customer": "bob", "discount": 100, "sponsored": 100, "redeemed_at": NOW}
    return Redemption(order=order, promotion=promotion, **{**usual, **columns})


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "gift"},
        {"rate": 0},
        {"rate": 10_001},
        {"amount": 1},
        {"buys": 1},
        {"kind": "fixed", "rate": 0},
        {"kind": "fixed", "rate": 100, "amount": 100},
        {"kind": "free_shipping", "rate": 1},
        {"kind": "buy_x_get_y", "rate": 10_000, "buys": 1, "gets": 0},
        {"kind": "buy_x_get_y", "rate": 0, "buys": 1, "gets": 1},
        {"code": "small"},
        {"code": ""},
        {"currency": "gbp"},
        {"minimum": -1},
        {"ends_at": NOW, "starts_at": NOW},
        {"total_limit": 0},
        {"customer_limit": 0},
        {"platform_share": 9_999},
        {"platform_share": 10_001},
        {"first_order_only": True},
        {"first_order_only": True, "customer_limit": 2},
        {"redeemed": 1},
    ],
    ids="-".join,
)
def test_a_promotion_that_makes_no_sense_is_refused(refused, db, columns):
    promotion = offered()

    refused(lambda: Promotion.objects.filter(pk=promotion.pk).update(**columns))


def test_a_promotion_keeps_a_code_of_its_own(refused, db):
    offered(code="TEN")

    refused(lambda: offered(code="TEN"))
    assert Promotion.objects.count() == 1


def test_a_code_is_entered_once(refused, bob):
    cart = services.locked_cart(Shopper(user=bob))
    promotion = offered(code="TEN")
    EnteredCode.objects.create(cart=cart, promotion=promotion, entered_at=NOW)

    refused(lambda: EnteredCode.objects.create(cart=cart, promotion=promotion, entered_at=NOW))


@pytest.mark.parametrize(
    "columns",
    [
        {"discount": 0, "sponsored": 0},
        {"sponsored": -1},
        {"sponsored": 101},
        {"customer": ""},
        {"returned_at": NOW},
    ],
    ids="-".join,
)
def test_a_redemption_that_makes_no_sense_is_refused(refused, orders, columns):
    refused(redemption(orders[0], offered(), **columns).save)

    assert not Redemption.objects.exists()


def test_the_total_limit_holds(refused, orders):
    promotion = offered(total_limit=2)
    for order in orders[:2]:
        redemption(order, promotion).save()

    refused(redemption(orders[2], promotion).save)

    promotion.refresh_from_db()
    assert (promotion.redeemed, Redemption.objects.count()) == (2, 2)
    refused(lambda: Promotion.objects.update(total_limit=1))


def test_the_customers_limit_holds(refused, orders):
    promotion = offered(customer_limit=1)
    redemption(orders[0], promotion).save()

    refused(redemption(orders[1], promotion).save)

    redemption(orders[2], promotion, customer="eve").save()
    assert Redemption.objects.count() == 2


def test_an_order_is_granted_a_promotion_once(refused, orders):
    promotion = offered()
    redemption(orders[0], promotion).save()

    refused(redemption(orders[0], promotion).save)


@pytest.mark.parametrize(
    "columns",
    [
        {"discount": 99, "sponsored": 99},
        {"customer": "eve"},
        {"redeemed_at": NOW + timedelta(days=1)},
        {"id": uuid7()},
    ],
    ids=["discount", "customer", "redeemed_at", "id"],
)
def test_a_redemption_never_changes(refused, orders, columns):
    redemption(orders[0], offered()).save()

    refused(lambda: Redemption.objects.update(**columns))


def test_a_redemption_is_given_back_once_and_never_deleted(refused, orders):
    redemption(orders[0], offered()).save()
    Redemption.objects.update(returned_at=NOW)

    refused(lambda: Redemption.objects.update(returned_at=None))
    refused(lambda: Redemption.objects.all()._raw_delete("default"))

    assert Redemption.objects.count() == 1


@pytest.mark.parametrize("redeemed", [0, 2])
def test_redeemed_is_what_redemptions_say(refused, orders, redeemed):
    promotion = offered(total_limit=5)
    redemption(orders[0], promotion).save()

    refused(lambda: Promotion.objects.update(redeemed=redeemed))

    promotion.refresh_from_db()
    assert promotion.redeemed == 1


def test_what_was_redeemed_is_not_made_up(refused, db):
    refused(lambda: offered(total_limit=5, redeemed=1))
