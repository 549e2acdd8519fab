"""Wishlists in a browser: with and without JavaScript, on a phone, by keyboard, and from a link."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import UserFactory
from cart.models import CartItem
from catalog.models import Wishlist, WishlistItem
from catalog.services import wishlists
from catalog.tests.factories import on_sale
from tests.browser.conftest import DESK, PHONE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize(
    "options",
    [{"viewport": DESK}, {"java_script_enabled": False}, {"viewport": PHONE, "has_touch": True}],
    ids=["desk", "without JavaScript", "phone"],
)
def test_wish_share_and_move_to_the_basket(browse, options):
    cup = on_sale(title="Cup", slug="cup")
    on_sale(title="Lantern", slug="lantern")
    shopper, friend = browse(**options), browse(**options)
    shopper.sign_in(UserFactory())
    page = shopper.page

    wish_for_both(page)
    page.goto("/wishlists")
    page.get_by_role("link", name="Wishlist", exact=True).click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link").input_value()
    friend.page.goto(link)
    friend.reads("Lantern")
    assert friend.page.get_by_role("main").get_by_role("button").count() == 0
    page.get_by_role("button", name="Stop sharing").click()
    shopper.reads("its link has ended")
    friend.page.goto(link)
    friend.reads("This stall is empty")

    page.get_by_role("button", name="Move to basket Cup").click()
    shopper.reads("Cup is in your basket.")
    shopper.reads("1 thing")
    expect(page.locator("#basket-count")).to_have_text("1 item")
    assert CartItem.objects.get().variant == cup
    page.get_by_role("button", name="Remove Lantern").click()
    shopper.reads("Room for wishes")
    assert not WishlistItem.objects.exists()


def wish_for_both(page):
    page.goto("/search?q=cup")
    page.get_by_role("button", name="Add Cup to your wishlist").click()
    expect(page.get_by_role("button", name="Take Cup off your wishlist")).to_be_visible()
    page.goto("/p/lantern")
    page.get_by_role("button", name="Add to Wishlist").click()
    expect(page.get_by_role("button", name="Remove from Wishlist")).to_be_visible()


def test_by_keyboard_nobody_starts_again_at_the_top(browse):
    bob = UserFactory()
    birthday = wishlists.create_wishlist(owner=bob, name="Birthday")
    for title in ("Bowl", "Cup", "Dish"):
        wishlists.wish(birthday, on_sale(title=title, slug=title).product, at=birthday.created_at)
    shopper = browse()
    shopper.sign_in(bob)
    page = shopper.page

    page.goto("/p/Cup")
    page.get_by_role("button", name="Remove from Birthday").press("Enter")
    expect(page.get_by_role("button", name="Add to Birthday")).to_be_focused()
    page.get_by_role("button", name="Add to Birthday").press("Enter")
    expect(page.get_by_role("button", name="Remove from Birthday")).to_be_focused()
    page.goto(f"/wishlists/{birthday.pk}")
    titles = page.locator("#wishes h3").all_inner_texts()
    for title, then in zip(titles, [titles[1], titles[2]], strict=False):
        page.get_by_role("button", name=f"Remove {title}").press("Enter")
        expect(page.get_by_role("listitem").filter(has_text=then)).to_be_focused()
    page.get_by_role("button", name="Remove").press("Enter")

    expect(page.get_by_role("heading", name="Nothing on it")).to_be_focused()


def test_a_second_list_has_a_heart_of_its_own(browse):
    bob = UserFactory()
    on_sale(title="Cup", slug="cup")
    shopper = browse()
    shopper.sign_in(bob)
    page = shopper.page
    for name in ("Birthday", "Home"):
        page.goto("/wishlists")
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Make the list").click()
        shopper.reads("Room for wishes")

    page.goto("/p/cup")
    page.locator("summary").filter(has_text="Wishlists").click()
    page.get_by_role("button", name="Add to Home").click()
    expect(page.get_by_role("button", name="Remove from Home")).to_be_focused()
    expect(page.get_by_role("button", name="Add to Birthday")).to_be_visible()

    assert WishlistItem.objects.get().wishlist == Wishlist.objects.get(name="Home")
