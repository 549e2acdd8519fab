"""Tax to the penny: whose rate a line has, and what it comes to inside and on top."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cart.pricing import quote
from cart.pricing.taxes import contained
from cart.tests.factories import TaxRateFactory, line, ships, to
from catalog.tests.factories import CategoryFactory
from core.money import basis_points


def taxed(*goods, country="GB"):
    return [(each.tax, each.tax_included) for each in quote(list(goods), to(country)).lines]


def test_without_a_rate_there_is_no_tax(db):
    TaxRateFactory(country="DE")

    assert taxed(line(1200)) == [(0, 0)]
    assert taxed(line(1200), country=None) == [(0, 0)]


def test_inclusive_tax_is_in_the_price_already(db):
    TaxRateFactory(rate=2000, name="VAT")

    priced = quote([line(1200)], to())

    assert (priced.tax, priced.tax_included, priced.total) == (0, 200, 1200)
    assert (priced.lines[0].tax_rate, priced.lines[0].tax_name) == (2000, "VAT")


def test_exclusive_tax_comes_on_top(db):
    TaxRateFactory(country="US", rate=825, inclusive=False, name="Sales tax")

    priced = quote([line(1200)], to("US"))

    assert (priced.tax, priced.tax_included, priced.total) == (99, 0, 1299)


def test_tax_is_of_what_the_buyer_pays_with_shipping_and_without_discounts(alice):
    ships(alice.seller, price=200)
    TaxRateFactory(rate=1000, inclusive=False)
    goods = replace(line(1000, seller=alice.seller), discount=300)

    priced = quote([goods], to())

    assert (priced.tax, priced.total) == (90, 990)


@pytest.mark.parametrize(
    ("price", "inclusive", "tax"),
    [
        (5, False, 0),
        (15, False, 2),
        (25, False, 2),
        (21, True, 2),
        (115, True, 10),
        (117, True, 11),
    ],
)
def test_tax_is_rounded_half_to_even(db, price, inclusive, tax):
    TaxRateFactory(rate=1000, inclusive=inclusive)

    [(on_top, inside)] = taxed(line(price))

    assert (on_top + inside) == tax


def test_the_nearest_category_upward_decides(db):
    root = CategoryFactory()
    books = CategoryFactory(parent=root)
    novels = CategoryFactory(parent=books)
    TaxRateFactory(rate=2000, inclusive=False)
    TaxRateFactory(rate=1000, inclusive=False, category=root)
    TaxRateFactory(rate=0, inclusive=False, category=books, name="Zero rate")

    found = taxed(
        line(category=novels),
        line(category=books),
        line(category=root),
        line(category=CategoryFactory()),
    )

    assert found == [(0, 0), (0, 0), (100, 0), (200, 0)]


def test_a_category_may_be_taxed_where_nothing_else_is(db):
    wine = CategoryFactory()
    TaxRateFactory(category=wine, rate=500, inclusive=False)

    assert taxed(line(category=wine), line()) == [(50, 0), (0, 0)]


@given(st.integers(0, 10**12), st.integers(0, 10_000))
def test_what_is_contained_is_what_comes_on_top_of_the_rest(amount, rate):
    inside = contained(amount, rate)

    assert 0 <= inside <= amount
    assert abs(basis_points(amount - inside, rate) - inside) <= 1


@given(st.integers(0, 10**12), st.integers(0, 10_000))
def test_what_was_put_on_top_is_found_inside(net, rate):
    assert contained(net + basis_points(net, rate), rate) == basis_points(net, rate)
