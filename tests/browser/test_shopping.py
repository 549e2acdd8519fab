"""A visit to the shop, with and without JavaScript, on a phone and on a desk."""

import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory
from catalog.models import Variant
from catalog.tests.factories import on_sale
from ledger.testing import assert_books_balance
from orders.models import Order
from orders.tests.factories import give, put_in_cart
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize(
    "options",
    [{}, {"java_script_enabled": False}, {"viewport": PHONE, "has_touch": True}],
    ids=["desk", "without JavaScript", "phone"],
)
def test_register_find_buy_and_see_the_order(browse, options):
    cup = on_sale(title="Blue Spotted Cup", price=450)
    on_sale(title="Brass Lantern", price=900)
    shopper = browse(**options)
    shopper.register()
    give(User.objects.get(email="new@example.com"), "10.00")
    page = shopper.page

    page.goto("/search?q=spotted")
    assert page.get_by_role("link", name="Brass Lantern").count() == 0
    page.get_by_role("link", name="Blue Spotted Cup").first.click()
    page.get_by_role("button", name="Add to basket").click()
    shopper.check_out()
    shopper.buy()

    page.wait_for_url("**/orders/M-*")
    order = Order.objects.get()
    assert (order.status, order.total) == ("paid", 450)
    shopper.reads(order.number)
    page.goto("/orders")
    shopper.reads(order.number)
    page.goto("/wallet")
    shopper.reads("£5.50")
    assert Variant.objects.get(pk=cup.pk).stock == 4
    assert_books_balance()


def test_a_guests_basket_goes_along_when_they_sign_in_to_pay(browse):
    on_sale(title="Cup", slug="cup")
    bob = UserFactory()
    shopper = browse()
    page = shopper.page

    page.goto("/p/cup")
    page.get_by_role("button", name="Add to basket").click()
    shopper.reads("Cup is in your basket.")
    page.get_by_role("link", name="Go to checkout").click()
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail").fill(bob.email)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("main").get_by_role("button").click()
    shopper.reads("E-mail address or password is wrong.")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("main").get_by_role("button").click()

    page.wait_for_url("**/checkout")
    shopper.reads("Cup")
    assert bob.cart.items.get().quantity == 1


def test_a_payment_that_is_refused_says_why_and_changes_nothing(browse):
    variant = on_sale(price=450)
    bob = UserFactory()
    put_in_cart(bob, variant, 2)
    give(bob, "8.99")
    shopper = browse()
    shopper.sign_in(bob)

    shopper.check_out()
    shopper.buy()

    shopper.reads("There is not enough money.")
    assert shopper.page.get_by_label("Postcode").input_value() == "YO1 7HH"
    assert not Order.objects.exists()
    assert Variant.objects.get().stock == 5
    give(bob, "0.01")
    shopper.buy()
    shopper.page.wait_for_url("**/orders/M-*")
    assert_books_balance()


def test_the_last_unit_goes_away_in_checkout(browse):
    variant = on_sale(price=450, stock=1)
    slow, quick = UserFactory(), UserFactory()
    visitors = {}
    for user in (slow, quick):
        give(user, "10.00")
        put_in_cart(user, variant)
        visitors[user] = browse()
        visitors[user].sign_in(user)
        visitors[user].check_out()

    visitors[quick].buy()
    visitors[quick].page.wait_for_url("**/orders/M-*")
    visitors[slow].buy()

    visitors[slow].reads("only 0 are left")
    assert Order.objects.get().user == quick
    assert_books_balance()


def test_two_tabs_that_buy_the_same_basket_buy_it_once(browse):
    bob = UserFactory()
    put_in_cart(bob, on_sale(price=450))
    give(bob, "100.00")
    shopper = browse()
    shopper.sign_in(bob)
    first, second = shopper.page, shopper.tab()
    shopper.check_out(first)
    shopper.check_out(second)

    shopper.buy(first)
    first.wait_for_url("**/orders/M-*")
    shopper.buy(second)

    shopper.reads("The basket is empty.", second)
    assert Order.objects.count() == 1
    assert_books_balance()


def test_a_price_that_moved_is_shown_and_must_be_accepted(browse):
    variant = on_sale(price=450, title="Cup")
    bob = UserFactory()
    put_in_cart(bob, variant)
    give(bob, "10.00")
    shopper = browse()
    shopper.sign_in(bob)
    shopper.check_out()
    Variant.objects.update(price=500)

    shopper.buy()
    shopper.reads("Prices have changed since you saw them.")
    assert not Order.objects.exists()
    shopper.page.get_by_label("Buy at the new prices").check()
    shopper.buy()

    shopper.page.wait_for_url("**/orders/M-*")
    assert Order.objects.get().total == 500


def test_a_visit_by_keyboard_alone(browse):
    on_sale(title="Cup", slug="cup", price=450)
    bob = UserFactory()
    give(bob, "10.00")
    shopper = browse()
    shopper.sign_in(bob)
    page = shopper.page

    page.goto("/p/cup")
    page.keyboard.press("Tab")
    assert "Skip" in page.locator(":focus").inner_text()
    page.get_by_role("button", name="Add to basket").focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/cart")
    shopper.reads("Cup is in your basket.")
