"""What one order adds to which row, to the penny."""

from datetime import UTC, date, datetime

import pytest

from accounts.tests.factories import SellerFactory
from analytics.models import (
    UNKNOWN_CUSTOMER,
    CustomerFact,
    HourFact,
    PairFact,
    SalesFact,
    Source,
)
from analytics.tests.factories import FACTS, back, count, enter, sale, totals, waiting
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from orders.models import Order
from orders.services import cancel_order
from orders.tests.factories import buy, give

AT = datetime(2026, 1, 2, 15, 30, tzinfo=UTC)
LATER = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
PARTS = {
    "discount": 250,
    "sponsored": 100,
    "shipping": 301,
    "tax": 47,
    "tax_included": 33,
    "tax_rate": 500,
    "tax_name": "VAT",
}
NOTHING = dict.fromkeys(
    [
        "lines",
        "units",
        "orders",
        "seller_orders",
        "baskets",
        "gross",
        "discount",
        "sponsored",
        "shipping",
        "commission",
        "tax",
        "refunded",
        "refunded_units",
        "refunded_sponsored",
        "refunded_commission",
        "refunded_tax",
    ],
    0,
)
SOLD = NOTHING | {
    "lines": 1,
    "units": 3,
    "orders": 1,
    "seller_orders": 1,
    "baskets": 1,
    "gross": 1350 + 301 + 47,
    "discount": 250,
    "sponsored": 100,
    "shipping": 301,
    "commission": 120,
    "tax": 80,
}
BACK = NOTHING | {
    "refunded": 482,
    "refunded_units": 1,
    "refunded_sponsored": 33,
    "refunded_commission": 40,
    "refunded_tax": 26,
}


@pytest.fixture
def cup(db):
    return on_sale(price=450, seller=SellerFactory(commission_rate=1000))


def measures(fact, **of):
    row = fact.objects.filter(**of).values(*NOTHING).get()
    return {name: row[name] for name in NOTHING}


def test_a_sale_counts_on_its_day_in_every_part(cup, bob):
    enter(sale("old:1", AT, PricedLine(cup, 3, 450, **PARTS), buyer=bob))

    product = cup.product
    of = {"day": date(2026, 1, 2), "seller": product.seller_id, "currency": "GBP"}
    place = {"product": product.pk, "category": product.category_id, "country": "GB"}
    assert measures(SalesFact, **of, **place) == SOLD
    assert measures(CustomerFact, **of, customer=bob.pk) == SOLD
    assert measures(HourFact, **of, hour=15) == SOLD
    assert SalesFact.objects.get().product_orders == 1
    assert PairFact.objects.values_list("month", "first", "second", "baskets").get() == (
        date(2026, 1, 1),
        product.pk,
        product.pk,
        1,
    )
    assert [fact.objects.count() for fact in FACTS] == [1] * len(FACTS)


def test_a_refund_counts_on_its_own_day(cup, bob):
    enter(sale("old:1", AT, PricedLine(cup, 3, 450, **PARTS), buyer=bob))
    enter(back("old:1", LATER, {1: 1}))

    for fact in (SalesFact, CustomerFact, HourFact):
        assert measures(fact, day=date(2026, 1, 2)) == SOLD
        assert measures(fact, day=date(2026, 2, 3)) == BACK
    assert HourFact.objects.get(day=date(2026, 2, 3)).hour == 9
    assert PairFact.objects.count() == 1


def test_late_news_add_to_their_own_day(cup, bob):
    line = PricedLine(cup, 3, 450, **PARTS)
    enter(sale("old:2", LATER, line, buyer=bob))
    enter(sale("old:1", AT, line, buyer=bob))
    enter(sale("old:3", AT, line, buyer=bob))

    twice = {name: 2 * value for name, value in SOLD.items()}
    assert measures(SalesFact, day=date(2026, 1, 2)) == twice
    assert measures(SalesFact, day=date(2026, 2, 3)) == SOLD


def test_an_order_counts_once_for_the_shop_and_once_for_each_seller(cup, bob):
    mug, plate = on_sale(price=100), on_sale(price=200, seller=cup.product.seller)

    enter(sale("old:1", AT, *(PricedLine(each, 2, each.price) for each in (cup, mug, plate))))

    for fact in (SalesFact, CustomerFact, HourFact):
        assert totals(fact, "lines", "orders", "seller_orders", "baskets") == [3, 1, 2, 1]
    of_seller = SalesFact.objects.filter(seller=cup.product.seller)
    assert sum(of_seller.values_list("seller_orders", flat=True)) == 1
    assert totals(SalesFact, "product_orders") == [3]
    assert PairFact.objects.count() == 6


def test_a_product_bought_in_two_lines_is_in_one_order(cup, bob):
    enter(sale("old:1", AT, PricedLine(cup, 1, 450), PricedLine(cup, 2, 400)))

    fact = SalesFact.objects.get()
    assert (fact.lines, fact.units, fact.orders, fact.product_orders) == (2, 3, 1, 1)
    assert PairFact.objects.get().baskets == 1


@pytest.mark.parametrize(("lines", "baskets"), [(40, 1), (41, 0)])
def test_an_order_of_very_many_lines_is_no_basket(cup, lines, baskets):
    enter(sale("old:1", AT, *[PricedLine(cup, 1, 450)] * lines))

    assert totals(HourFact, "orders", "lines", "baskets") == [1, lines, baskets]
    assert totals(PairFact, "baskets") == [baskets]


def test_an_order_that_waits_for_its_sellers_has_earned_no_commission(cup, bob):
    give(bob, "20.00")
    buy(bob, cup, quantity=2)

    count()

    assert totals(SalesFact, "gross", "commission", "tax") == [900, 0, 0]


def test_a_cancelled_order_gives_back_what_it_brought_and_no_commission(cup, bob):
    give(bob, "20.00")
    order = buy(bob, cup, quantity=2)
    cancel_order(order.pk, actor_id=bob.pk, reason="", at=LATER)

    count()

    assert totals(SalesFact, "orders", "gross", "refunded", "refunded_units") == [1, 900, 900, 2]
    assert totals(SalesFact, "commission", "refunded_commission") == [0, 0]
    assert set(Source.objects.values_list("kind", flat=True)) == {"sale", "refund"}


def test_an_order_that_costs_its_buyer_nothing_is_counted(cup, bob):
    enter(
        sale("old:1", AT, PricedLine(cup, 1, 450, discount=450, sponsored=450), buyer=bob),
        sale("old:2", AT, PricedLine(cup, 1, 450, discount=450), buyer=bob),
    )

    sums = totals(HourFact, "orders", "gross", "discount", "sponsored", "commission")
    assert sums == [2, 900, 900, 450, 45]


def test_an_order_that_nobody_paid_is_not_counted(cup, bob):
    enter(sale("old:1", AT, PricedLine(cup, 1, 450), buyer=bob))
    Order.objects.create(
        number="M-1",
        user=bob,
        currency="GBP",
        subtotal=0,
        total=0,
        shipping_address={},
        billing_address={},
        created_at=AT,
        updated_at=AT,
    )

    count()

    assert totals(HourFact, "orders") == [1]
    assert waiting() == 0


def test_guests_without_an_address_are_one_unknown_customer(cup, bob):
    line = PricedLine(cup, 1, 450)
    enter(sale("old:1", AT, line), sale("old:2", AT, line), sale("old:3", AT, line, buyer=bob))

    found = CustomerFact.objects.values_list("customer", "orders")
    assert set(found) == {(UNKNOWN_CUSTOMER, 2), (bob.pk, 1)}


def test_a_line_stays_in_the_category_that_it_was_sold_in(cup, bob):
    before = cup.product.category_id
    enter(sale("old:1", AT, PricedLine(cup, 1, 450), buyer=bob))
    cup.product.category = on_sale().product.category
    cup.product.save()
    enter(back("old:1", LATER, {1: 1}))

    assert set(SalesFact.objects.values_list("category", flat=True)) == {before}


def test_an_unknown_country_is_zz(cup):
    enter(sale("old:1", AT, PricedLine(cup, 1, 450), country="ZZ"))

    assert SalesFact.objects.get().country == "ZZ"
