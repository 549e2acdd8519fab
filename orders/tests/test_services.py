"""Placing orders: exact money, nothing left behind by a refusal."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from accounts.tests.factories import SellerFactory
from cart.errors import CartEmpty
from cart.pricing import PricedLine
from cart.shoppers import Shopper
from catalog.errors import OutOfStock, ProductUnavailable
from catalog.models import Product, StockMovement, Variant
from catalog.tests.factories import on_sale
from core.models import Event
from core.money import Money
from ledger.chart import shard_codes
from ledger.errors import InsufficientFunds
from ledger.models import Account, Entry, Transaction
from ledger.testing import assert_books_balance
from orders.errors import PriceChanged
from orders.models import Order, OrderLine, Payment, SellerOrder
from orders.services import PastSale, Wanted, checkout, place_order, record_past_sales
from orders.tests.factories import ADDRESS, buy, from_wallet, give, put_in_cart


def balance(code):
    rows = Account.objects.filter(code__in=shard_codes(code))
    return sum(rows.values_list("balance", flat=True))


def wallet(user):
    return balance(f"user:{user.pk.hex}:available:GBP")


def counts():
    """How many rows there are of everything that an order touches."""
    models = (Order, SellerOrder, OrderLine, Payment, Transaction, Entry, Event)
    moved = StockMovement.objects.exclude(reason="opening").count()
    stocks = Variant.objects.order_by("pk").values_list("stock", flat=True)
    return [moved, *(model.objects.count() for model in models), *stocks]


def test_place_order_freezes_splits_takes_and_pays(bob):
    cup = on_sale(price=450, stock=5, seller=SellerFactory(commission_rate=1000))
    atlas = on_sale(price=2000, stock=1, seller=SellerFactory(commission_rate=250))
    give(bob, "100.00")

    order = place_order(
        purchase=from_wallet(bob),
        wanted=[Wanted(cup.pk, 3), Wanted(atlas.pk, 1)],
        at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    )

    assert (order.status, order.total, order.paid) == ("paid", 3350, 3350)
    assert [(line.sku, line.unit_price, line.quantity) for line in order.lines.all()] == [
        (cup.sku, 450, 3),
        (atlas.sku, 2000, 1),
    ]
    shares = order.seller_orders.order_by("total").values_list("total", "commission")
    assert list(shares) == [(1350, 135), (2000, 50)]
    assert list(Variant.objects.order_by("sku").values_list("stock", flat=True)) == [2, 0]
    assert Product.objects.get(pk=atlas.product_id).in_stock is False
    assert (wallet(bob), balance(f"order:{order.pk.hex}:escrow:GBP")) == (6650, 3350)
    assert Transaction.objects.get(kind="order_payment").effective_at == order.created_at
    assert order.number.startswith("M-")
    assert_books_balance()


def test_a_later_price_does_not_reach_an_order(bob):
    cup = on_sale(price=450)
    give(bob, "100.00")
    order = buy(bob, cup)
    Variant.objects.update(price=999)
    Product.objects.update(title="Other")

    line = Order.objects.get(pk=order.pk).lines.get()

    assert (line.unit_price, line.title) == (450, cup.product.title)


def test_checkout_buys_the_cart_and_empties_it(bob):
    put_in_cart(bob, on_sale(price=450), 2)
    give(bob, "9.00")

    order = checkout(
        purchase=from_wallet(bob),
        shopper=Shopper(user=bob),
        accept_price_changes=False,
        at=timezone.now(),
    )

    assert order.total == 900
    assert wallet(bob) == 0
    assert bob.cart.items.count() == 0
    assert_books_balance()


def refused_orders():
    def sold_out(bob):
        buy(bob, on_sale(stock=9), on_sale(stock=1), quantity=2)

    def unaffordable(bob):
        buy(bob, on_sale(price=100_000))

    def archived(bob):
        variant = on_sale()
        Product.objects.filter(pk=variant.product_id).update(status="archived")
        buy(bob, variant)

    def empty(bob):
        buy(bob)

    def dearer(bob):
        variant = on_sale(price=450)
        put_in_cart(bob, variant)
        Variant.objects.filter(pk=variant.pk).update(price=500)
        checkout(
            purchase=from_wallet(bob),
            shopper=Shopper(user=bob),
            accept_price_changes=False,
            at=timezone.now(),
        )

    return [
        (sold_out, OutOfStock),
        (unaffordable, InsufficientFunds),
        (archived, ProductUnavailable),
        (empty, CartEmpty),
        (dearer, PriceChanged),
    ]


@pytest.mark.parametrize(("attempt", "error"), refused_orders())
def test_a_refused_order_leaves_nothing_behind(bob, attempt, error):
    give(bob, "100.00")
    before = counts()

    with pytest.raises(error):
        attempt(bob)

    after = counts()
    assert after[:8] == before[:8]
    assert all(stock in {1, 5, 9} for stock in after[8:])
    assert wallet(bob) == 100_00


def test_a_changed_price_is_shown_old_and_new_and_can_be_accepted(bob):
    variant = on_sale(price=450, title="Cup")
    put_in_cart(bob, variant)
    give(bob, "10.00")
    Variant.objects.update(price=500)
    terms = {
        "purchase": from_wallet(bob),
        "shopper": Shopper(user=bob),
        "at": timezone.now(),
    }

    with pytest.raises(PriceChanged) as refused:
        checkout(**terms, accept_price_changes=False)
    order = checkout(**terms, accept_price_changes=True)

    assert refused.value.facts["lines"] == [
        {
            "variant_id": str(variant.pk),
            "sku": variant.sku,
            "product_name": "Cup",
            "old": "4.50",
            "new": "5.00",
            "asked": 1,
            "available": 5,
        }
    ]
    assert order.total == 500


def test_what_costs_nothing_is_paid_without_a_payment(bob):
    order = buy(bob, on_sale(price=0))

    assert (order.status, order.total, order.payments.count()) == ("paid", 0, 0)
    assert not Transaction.objects.exists()


def past_sale(bob, reference="old:1", price=299):
    variant = Variant.objects.select_related("product__seller").get()
    return PastSale(
        reference=reference,
        buyer=bob,
        sold=(PricedLine(variant, 4, price), PricedLine(variant, 2, price)),
        currency="GBP",
        address=ADDRESS,
        at=datetime(2010, 12, 1, 8, 26, tzinfo=UTC),
    )


def test_a_past_sale_is_paid_settled_and_dated_and_takes_no_stock(bob):
    variant = on_sale(price=450, stock=5, seller=SellerFactory(commission_rate=1000))
    seller = variant.product.seller

    assert record_past_sales([past_sale(bob)]) == 1

    order = Order.objects.get()
    assert (order.status, order.total, order.created_at.year) == ("completed", 1794, 2010)
    assert order.seller_orders.get().status == "delivered"
    assert wallet(bob) == 0
    assert balance(f"order:{order.pk.hex}:escrow:GBP") == 0
    assert balance("platform:commission:GBP") == 120 + 60
    assert balance(f"seller:{seller.pk.hex}:payable:GBP") == 1794 - 180
    assert set(Transaction.objects.values_list("effective_at", flat=True)) == {order.created_at}
    variant.refresh_from_db()
    assert variant.stock == 5
    assert_books_balance()


def test_a_past_sale_is_entered_once(bob):
    on_sale()
    record_past_sales([past_sale(bob)])
    before = counts()

    assert record_past_sales([past_sale(bob, price=1), past_sale(bob, "old:2")]) == 1
    assert record_past_sales([past_sale(bob), past_sale(bob, "old:2")]) == 0

    assert Order.objects.count() == 2
    assert counts()[4] == before[4] * 2


def test_money_of_an_order_pairs_amount_and_currency(bob):
    give(bob, "10.00")
    assert buy(bob, on_sale(price=450)).money(450) == Money(450, "GBP")
