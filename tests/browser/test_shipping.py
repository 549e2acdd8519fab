"""Shipping and tax before paying: chosen on the pages, with and without JavaScript."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import SellerFactory, UserFactory
from cart.tests.factories import TaxRateFactory, ships
from catalog.tests.factories import on_sale
from ledger.testing import assert_books_balance
from orders.models import Order
from orders.tests.factories import give, put_in_cart
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


@pytest.fixture
def bob(db):
    """Has a cup in his basket, whose seller ships to Britain and France."""
    bob, seller = UserFactory(), SellerFactory(name="Alice's Attic")
    ships(seller, "GB", price=395)
    ships(seller, "GB", method="express", price=795)
    ships(seller, "FR", price=1295)
    TaxRateFactory(country="GB", rate=2000)
    give(bob, "100.00")
    put_in_cart(bob, on_sale(title="Cup", price=1000, seller=seller))
    return bob


def test_totals_follow_what_is_chosen(browse, bob):
    shopper = browse()
    page = shopper.page
    shopper.sign_in(bob)

    page.goto("/cart")
    page.get_by_label("Deliver to").select_option("GB")
    shopper.reads("£13.95")
    page.get_by_label("Express").check()
    shopper.reads("£17.95")
    page.get_by_role("link", name="Go to checkout").click()
    pay = page.get_by_role("button", name="and order")
    expect(pay).to_have_text("Pay £17.95 and order")
    page.get_by_label("Country").select_option("FR")
    expect(pay).to_have_text("Pay £22.95 and order")
    page.get_by_label("Country").select_option("NZ")
    shopper.reads("Alice's Attic does not ship to New Zealand.")
    expect(pay).to_be_disabled()
    page.get_by_label("Country").select_option("GB")
    page.get_by_label("Standard").check()
    expect(pay).to_have_text("Pay £13.95 and order")
    page.get_by_label("Express").check()
    expect(pay).to_have_text("Pay £17.95 and order")
    expect(page.get_by_label("Express")).to_be_focused()


@pytest.mark.parametrize(
    "options",
    [{}, {"java_script_enabled": False}, {"viewport": PHONE, "has_touch": True}],
    ids=["desk", "without JavaScript", "phone"],
)
def test_the_total_is_shown_before_it_is_paid(browse, bob, options):
    shopper = browse(**options)
    page = shopper.page
    shopper.sign_in(bob)

    shopper.check_out()
    page.get_by_label("Express").check()
    page.get_by_role("button", name="Update the total").click()
    shopper.reads("Includes £2.99 of VAT (20 %).")
    expect(page.get_by_role("button", name="and order")).to_have_text("Pay £17.95 and order")
    expect(page.get_by_label("Postcode")).to_have_value("YO1 7HH")
    shopper.buy()

    page.wait_for_url("**/orders/M-*")
    shopper.reads("Express")
    order = Order.objects.get()
    assert (order.total, order.paid, order.tax_included) == (1795, 1795, 299)
    assert_books_balance()


def test_without_javascript_nobody_pays_what_was_not_shown(browse, bob):
    shopper = browse(java_script_enabled=False)
    page = shopper.page
    shopper.sign_in(bob)

    shopper.check_out()
    page.get_by_label("Express").check()
    shopper.buy()
    shopper.reads("It comes to another total than you were told.")
    assert not Order.objects.exists()
    expect(page.get_by_role("button", name="and order")).to_have_text("Pay £17.95 and order")
    shopper.buy()

    page.wait_for_url("**/orders/M-*")
    assert Order.objects.get().total == 1795


def test_a_seller_sets_a_rate(browse, bob):
    seller = SellerFactory()
    shopper = browse()
    page = shopper.page
    shopper.sign_in(seller.user)

    page.get_by_text("Account").first.click()
    page.get_by_role("link", name="Shipping rates").click()
    page.get_by_label("To", exact=True).select_option("FR")
    page.get_by_label("Price of a parcel").fill("x")
    page.get_by_role("button", name="Add the rate").click()
    shopper.reads("Write the amount as a plain decimal")
    page.get_by_label("Price of a parcel").fill("4.50")
    page.get_by_role("button", name="Add the rate").click()

    shopper.reads("Standard to France")
