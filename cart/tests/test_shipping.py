"""What parcels cost, to the penny, and how it goes onto their lines."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.tests.factories import SellerFactory
from cart.errors import NotShippedThere, ShippingMethodUnknown
from cart.models import ShippingRate
from cart.pricing import quote
from cart.pricing.shipping import _shares
from cart.tests.factories import ShippingMethodFactory, line, ships, to


@pytest.fixture
def shop(alice):
    return alice.seller


def test_a_seller_without_rates_ships_free_of_charge(shop):
    priced = quote([line(seller=shop)], to("NZ"))

    assert (priced.shipping, priced.total) == (0, 1000)
    [parcel] = priced.parcels
    assert (parcel.seller_id, parcel.method, parcel.method_name) == (shop.pk, "", "")


def test_nothing_is_charged_while_the_country_is_not_known(shop):
    ships(shop)

    priced = quote([line(seller=shop)], to(None))

    assert (priced.shipping, priced.parcels, priced.choices) == (0, [], [])


@pytest.mark.parametrize(
    ("grams", "quantity", "shipping"),
    [
        (0, 1, 300),
        (1, 1, 350),
        (500, 2, 350),
        (501, 2, 400),
        (1000, 1, 350),
        (1001, 1, 400),
        (700, 3, 450),
    ],
)
def test_every_begun_kilogram_is_charged(shop, grams, quantity, shipping):
    ships(shop, price=300, per_kg=50)

    priced = quote([line(1000, quantity, weight=grams, seller=shop)], to())

    assert priced.shipping == shipping


def test_a_parcel_is_weighed_as_a_whole(shop):
    ships(shop, price=300, per_kg=50)

    priced = quote([line(weight=400, seller=shop), line(weight=600, seller=shop)], to())

    assert [each.shipping for each in priced.lines] == [175, 175]


@pytest.mark.parametrize(
    ("discount", "shipping"), [(0, 0), (1, 395), (500, 395)], ids=["at", "below", "far below"]
)
def test_free_from_a_value_of_goods_after_discounts(shop, discount, shipping):
    ships(shop, free_above=3000)
    goods = replace(line(1500, 2, seller=shop), discount=discount)

    assert quote([goods], to()).shipping == shipping


def test_other_sellers_goods_do_not_make_a_parcel_free(shop):
    ships(shop, free_above=1500)
    priced = quote([line(1000, seller=shop), line(1000)], to())

    assert [parcel.shipping for parcel in priced.parcels] == [395, 0]


def test_a_rate_for_the_country_goes_before_that_for_everywhere_else(shop):
    ships(shop, price=900)
    ships(shop, "GB", price=300)
    ships(shop, "FR", price=100)
    goods = [line(seller=shop)]

    paid = [quote(goods, to(country)).shipping for country in ("GB", "FR", "US")]

    assert paid == [300, 100, 900]


def test_who_does_not_ship_there_is_named(shop):
    other = SellerFactory(name="Bob's Books")
    ships(shop, "GB")
    ships(other, "GB")
    goods = [line(seller=shop), line(seller=other), line()]

    with pytest.raises(NotShippedThere) as refused:
        quote(goods, to("US"))

    assert refused.value.facts == {"sellers": ["Alice's Attic", "Bob's Books"], "country": "US"}
    assert refused.value.detail == "Alice's Attic and Bob's Books do not ship to United States."


def test_rates_in_another_currency_reach_nobody(shop):
    ships(shop)
    ShippingRate.objects.update(currency="EUR")

    with pytest.raises(NotShippedThere):
        quote([line(seller=shop)], to())


def test_the_chosen_method_holds_for_all_who_offer_it(shop):
    other = SellerFactory()
    ships(shop, price=300)
    ships(shop, method="express", price=700)
    ships(other, price=200)
    goods = [line(seller=shop), line(seller=other), line()]

    first, express = quote(goods, to()), quote(goods, to(method="express"))

    def ways(priced):
        return [(parcel.method_name, parcel.shipping) for parcel in priced.parcels]

    assert ways(first) == [("Standard", 300), ("Standard", 200), ("", 0)]
    assert ways(express) == [("Express", 700), ("Standard", 200), ("", 0)]
    for priced in (first, express):
        assert [(c.method, c.days_from, c.days_to, c.shipping) for c in priced.choices] == [
            ("standard", 2, 4, 500),
            ("express", 2, 4, 900),
        ]


def test_the_first_method_is_the_lowest_in_position(shop):
    ships(shop, method="express", price=700)
    assert quote([line(seller=shop)], to()).parcels[0].method == "express"

    ships(shop, price=300)

    assert quote([line(seller=shop)], to()).parcels[0].method == "standard"


@pytest.mark.parametrize("country", ["GB", None])
def test_a_method_that_the_shop_does_not_know_is_refused(shop, country):
    ShippingMethodFactory()

    with pytest.raises(ShippingMethodUnknown) as refused:
        quote([line(seller=shop)], to(country, "rocket"))

    assert refused.value.field == "shipping_method"


def test_shares_go_by_the_goods_value_after_discounts(shop):
    ships(shop, price=100)
    goods = [line(1000, seller=shop), line(1000, 2, seller=shop), line(seller=shop)]
    goods[2] = replace(goods[2], discount=1000)

    assert [each.shipping for each in quote(goods, to()).lines] == [33, 67, 0]


def test_where_all_goods_are_free_every_piece_bears_as_much(shop):
    ships(shop, price=100)
    goods = [replace(line(1, n, seller=shop), discount=n) for n in (1, 2)]

    assert [each.shipping for each in quote(goods, to()).lines] == [33, 67]


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 99)), min_size=1, max_size=20),
    st.integers(0, 10**7),
)
def test_shares_sum_to_the_parcel_and_none_is_negative(goods, shipping):
    lines = [_Goods(value, quantity) for value, quantity in goods]

    shares = _shares(lines, shipping)

    assert sum(shares) == shipping
    assert min(shares) >= 0


class _Goods:
    def __init__(self, goods, quantity):
        self.goods = goods
        self.quantity = quantity


def test_a_quote_asks_the_same_number_of_queries_for_one_and_for_many(shop):
    ships(shop)
    many = [line(seller=shop)]
    for _ in range(3):
        seller = SellerFactory()
        ships(seller, "GB")
        ships(seller, method="express")
        many += [line(seller=seller), line(seller=seller)]

    counts = [_queries(lambda goods=goods: quote(goods, to())) for goods in (many[:1], many)]

    assert counts == [5, 5]


def _queries(asked):
    with CaptureQueriesContext(connection) as captured:
        asked()
    return len(captured)
