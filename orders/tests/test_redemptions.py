"""Promotions at checkout: what is granted is used, who bears it is in the books, and limits hold."""

import pytest
from django.utils import timezone

from accounts.tests.factories import SellerFactory
from cart import errors, services
from cart.models import EnteredCode, Promotion
from cart.pricing import Customer, Granted
from cart.shoppers import Shopper
from cart.tests.factories import offered
from catalog.models import Variant
from catalog.tests.factories import on_sale
from ledger.models import Account, Transaction
from ledger.testing import assert_books_balance
from orders.models import Order, Redemption
from orders.services import Purchase, Wanted, cancel_order, checkout, place_order
from orders.services.redemptions import give_back, redeem
from orders.tests.factories import ADDRESS, buy, from_wallet, give, put_in_cart

NOW = timezone.now()
ORDERS = "/api/v1/orders"


@pytest.fixture
def cup(alice):
    return on_sale(price=1000, stock=99, seller=alice.seller, title="Cup")


@pytest.fixture
def rich(bob):
    give(bob, "100.00")
    return bob


def order_with(buyer, variant, *codes, quantity=1):
    wanted = [Wanted(variant.pk, quantity)]
    return place_order(purchase=from_wallet(buyer, codes=codes), wanted=wanted, at=NOW)


def held(*kinds):
    """Balances by kind of account, of those that hold anything."""
    sums = dict.fromkeys(kinds, 0)
    for kind, balance in Account.objects.filter(kind__in=kinds).values_list("kind", "balance"):
        sums[kind] += balance
    return sums


def world():
    """What a refusal must leave alone."""
    return (
        Order.objects.count(),
        Redemption.objects.count(),
        Transaction.objects.count(),
        sorted(Variant.objects.values_list("stock", flat=True)),
        sorted(Promotion.objects.values_list("redeemed", flat=True)),
        sorted(Account.objects.values_list("code", "balance")),
    )


@pytest.mark.parametrize(
    ("share", "sponsored", "commission"),
    [(10_000, 333, 333), (5000, 166, 316), (0, 0, 300)],
    ids=["platform", "shared", "seller"],
)
def test_who_bears_a_promotion_is_in_the_books(rich, cup, alice, share, sponsored, commission):
    Variant.objects.update(price=1110)
    offered(rate=1000, seller=alice.seller, platform_share=share)

    order = order_with(rich, cup, quantity=3)

    assert (order.subtotal, order.discount, order.sponsored, order.total) == (
        3330,
        333,
        sponsored,
        2997,
    )
    assert held("escrow", "promotion") == {"escrow": 2997 + sponsored, "promotion": -sponsored}
    part = order.seller_orders.get()
    assert (part.total, part.sponsored, part.commission) == (2997, sponsored, commission)
    [used] = Redemption.objects.all()
    assert (used.customer, used.discount, used.sponsored) == (str(rich.pk), 333, sponsored)
    assert_books_balance()


def test_cancelling_gives_back_money_limits_and_what_the_platform_added(rich, cup):
    offered("fixed", code="FIVE", amount=500, total_limit=1, customer_limit=1)
    order = order_with(rich, cup, "FIVE")
    assert Promotion.objects.get().redeemed == 1

    cancel_order(order.pk, actor_id=rich.pk, reason="", at=NOW)

    assert Promotion.objects.get().redeemed == 0
    assert Redemption.objects.get().returned_at == NOW
    assert held("escrow", "promotion") == {"escrow": 0, "promotion": 0}
    assert order_with(rich, cup, "FIVE").discount == 500
    assert_books_balance()


def test_what_costs_nothing_any_more_is_paid_by_the_platform(rich, cup):
    offered(rate=10_000)

    order = order_with(rich, cup)

    assert (order.status, order.total, order.sponsored) == ("paid", 0, 1000)
    assert held("escrow", "promotion") == {"escrow": 1000, "promotion": -1000}
    assert_books_balance()


def test_an_order_says_what_it_was_granted(api, rich, cup):
    offered(name="Ten off", code="TEN", rate=1000)
    body = {
        "items": [{"variant_id": str(cup.pk), "quantity": 2}],
        "payment_method": "wallet",
        "shipping_address": ADDRESS,
        "promotion_codes": ["ten"],
    }

    response = api(rich, idempotency_key="k").post(ORDERS, body)

    assert response.status_code == 201, response.content
    order = response.json()
    assert (order["discount"], order["total"]) == ("2.00", "18.00")
    assert order["promotions"] == [{"code": "TEN", "name": "Ten off", "discount": "2.00"}]


@pytest.mark.parametrize(
    ("columns", "status", "code"),
    [
        ({"code": "OTHER"}, 404, "promotion_unknown"),
        ({"ends_at": NOW}, 409, "promotion_expired"),
        ({"minimum": 1001}, 409, "promotion_minimum"),
    ],
)
def test_a_code_that_is_not_good_stops_an_order(api, rich, cup, columns, status, code):
    offered(**{"code": "TEN", **columns})
    body = {
        "items": [{"variant_id": str(cup.pk), "quantity": 1}],
        "payment_method": "wallet",
        "shipping_address": ADDRESS,
        "promotion_codes": ["TEN"],
    }
    before = world()

    response = api(rich, idempotency_key="k").post(ORDERS, body)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["errors"][0]["field"] == "promotion_codes"
    assert world() == before


def test_the_pages_of_buying_say_what_a_promotion_takes_off(client, rich, cup):
    offered(name="Spring", rate=1000)
    put_in_cart(rich, cup)
    client.force_login(rich)

    page = client.get("/checkout").content.decode()

    assert "Pay £9.00 and order" in page
    assert "Spring" in page
    order = order_with(rich, cup)
    bought = client.get(f"/orders/{order.number}").content.decode()
    assert "Spring" in bought
    assert "£1.00" in bought


def test_checkout_uses_the_codes_of_the_cart_once(rich, cup):
    offered(code="TEN", rate=1000)
    put_in_cart(rich, cup)
    services.enter_code(shopper=Shopper(user=rich), code="TEN", at=NOW)

    order = checkout(
        purchase=from_wallet(rich), shopper=Shopper(user=rich), accept_price_changes=False, at=NOW
    )

    assert order.discount == 100
    assert not EnteredCode.objects.exists()


def test_a_code_at_the_cart_that_ended_stops_checkout_and_stays_to_be_seen(api, rich, cup):
    offered(code="TEN", rate=1000)
    put_in_cart(rich, cup)
    services.enter_code(shopper=Shopper(user=rich), code="TEN", at=NOW)
    Promotion.objects.update(is_active=False)
    before = world()
    body = {"payment_method": "wallet", "shipping_address": ADDRESS}

    response = api(rich, idempotency_key="k").post("/api/v1/cart/checkout", body)

    assert (response.status_code, response.json()["code"]) == (409, "promotion_expired")
    assert world() == before
    assert EnteredCode.objects.count() == 1


def test_a_promotion_is_given_as_often_as_there_is_to_give(rich, charlie, cup):
    give(charlie, "100.00")
    offered(code="TEN", total_limit=2)
    order_with(rich, cup, "TEN")
    order_with(charlie, cup, "TEN")
    before = world()

    with pytest.raises(errors.PromotionUsedUp):
        order_with(rich, cup, "TEN")

    assert world() == before


def test_an_automatic_one_that_is_used_up_is_not_given_any_more(rich, cup):
    offered(total_limit=1)

    assert [order_with(rich, cup).discount for _ in range(2)] == [100, 0]


def test_a_customer_has_a_promotion_as_often_as_one_may(rich, charlie, cup):
    give(charlie, "100.00")
    offered(code="TEN", customer_limit=1)
    order_with(rich, cup, "TEN")
    before = world()

    with pytest.raises(errors.PromotionAlreadyUsed):
        order_with(rich, cup, "TEN")

    assert world() == before
    assert order_with(charlie, cup, "TEN").discount == 100


def test_a_first_order_is_one_before_which_nothing_was_kept(rich, cup):
    offered(code="HELLO", first_order_only=True, customer_limit=1)
    called_off = order_with(rich, cup)
    cancel_order(called_off.pk, actor_id=None, reason="", at=NOW)

    first = order_with(rich, cup, "HELLO")

    assert first.discount == 100
    cancel_order(first.pk, actor_id=None, reason="", at=NOW)
    order_with(rich, cup)
    with pytest.raises(errors.PromotionFirstOrderOnly):
        order_with(rich, cup, "HELLO")


def test_guests_are_known_by_their_address(cup):
    offered(rate=10_000, first_order_only=True, customer_limit=1)

    def ordered(email):
        purchase = Purchase(Customer(None, email), "invoice", (ADDRESS, ADDRESS))
        wanted = [Wanted(cup.pk, 1)]
        return place_order(purchase=purchase, wanted=wanted, at=NOW).discount

    assert [ordered(email) for email in ("g@example.com", "g@example.com", "h@example.com")] == [
        1000,
        0,
        1000,
    ]


def test_what_was_used_up_since_the_order_was_priced_is_refused(rich, cup):
    promotion = offered(total_limit=1)
    order_with(rich, cup)
    other = buy(rich, cup)
    granted = Redemption.objects.get()
    before = world()

    with pytest.raises(errors.PromotionUsedUp):
        redeem(other, [granted], customer=Customer(rich), at=NOW)

    assert world() == before
    assert promotion.redemptions.count() == 1


def test_giving_back_twice_gives_back_once(rich, cup):
    offered(total_limit=5)
    first, second = order_with(rich, cup), order_with(rich, cup)

    for _ in range(2):
        give_back(first, at=NOW)

    assert Promotion.objects.get().redeemed == 1
    assert second.redemptions.get().returned_at is None


def test_a_limit_that_is_set_later_counts_what_was_given(rich, cup):
    promotion = offered()
    for _ in range(2):
        order_with(rich, cup)
    assert Promotion.objects.get().redeemed == 0

    Promotion.objects.filter(pk=promotion.pk).update(total_limit=3)

    assert Promotion.objects.get().redeemed == 2
    assert [order_with(rich, cup).discount for _ in range(2)] == [100, 0]


def test_a_promotion_of_one_seller_leaves_the_others_share_alone(rich, cup, alice):
    other = on_sale(price=2000, seller=SellerFactory())
    offered(rate=5000, seller=alice.seller, platform_share=0)

    order = buy(rich, cup, other)

    parts = {part.seller_id: part.total for part in order.seller_orders.all()}
    assert parts == {alice.seller.pk: 500, other.product.seller_id: 2000}
    assert_books_balance()


def test_redeeming_asks_the_same_number_of_queries_for_one_and_for_three(
    rich, cup, django_assert_num_queries
):
    first = [offered(rate=100, total_limit=9, customer_limit=9)]
    three = [offered(rate=100, total_limit=9, customer_limit=9, combines=True) for _ in range(3)]

    for promotions in (first, three):
        Promotion.objects.update(is_active=False)
        order = buy(rich, cup)
        Promotion.objects.update(is_active=True)
        granted = [Granted(promotion, 10, 10) for promotion in promotions]
        with django_assert_num_queries(4):
            redeem(order, granted, customer=Customer(rich), at=NOW)
