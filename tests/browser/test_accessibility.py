"""Every page: nothing serious that axe can find, nothing that sticks out of a narrow phone or a desk's screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.tests.factories import UserFactory
from cart.tests.factories import TaxRateFactory, ships
from catalog.services import wishlists
from catalog.tests.factories import BrandFactory, on_sale
from orders import links
from orders.tests.factories import buy, buy_as_guest, give, put_in_cart
from tests.browser.conftest import DESK, PHONE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]

PAGES = {
    "home": "/",
    "category": "/c/mugs",
    "search": "/search?q=cup&min_price=x",
    "nothing found": "/search?q=zebra",
    "facets": "/search?q=cup&min_price=5.00&max_price=9.99",
    "product": "/p/cup",
    "product with what was seen before": "/p/lantern",
    "cart": "/cart",
    "checkout": "/checkout",
    "estimated cart": "/cart?country=GB",
    "checkout by express": "/checkout?country=GB&shipping_method=express",
    "orders": "/orders",
    "order": "/orders/{number}?placed",
    "wallet": "/wallet",
    "wishlists": "/wishlists",
    "wishlist": "/wishlists/{full}",
    "empty wishlist": "/wishlists/{empty}",
    "shared wishlist": "/wishlists/shared/{token}",
    "not found": "/nowhere",
}


@pytest.fixture
def place(db):
    """A small shop, and bob who has bought there and has something in his basket."""
    bob = UserFactory()
    give(bob, "100.00")
    cup = on_sale(
        title="Blue Spotted Cup and Saucer With a Very Long Name",
        slug="cup",
        category__slug="mugs",
        brand=BrandFactory(),
    )
    lantern = on_sale(title="Lantern", slug="lantern")
    order = buy(bob, cup, lantern)
    put_in_cart(bob, cup)
    ships(cup.product.seller, "GB", per_kg=50)
    ships(cup.product.seller, "GB", method="express", price=795)
    TaxRateFactory()
    full = wishlists.create_wishlist(owner=bob, name="For " + "Granny" * 12)
    wishlists.share_wishlist(full, at=full.created_at)
    for variant in (cup, lantern, on_sale(stock=0)):
        wishlists.wish(full, variant.product, at=full.created_at)
    empty = wishlists.create_wishlist(owner=bob, name="Nothing yet")
    return bob, {
        "number": order.number,
        "full": full.pk,
        "empty": empty.pk,
        "token": full.token,
        "link": links.token_of(buy_as_guest(cup, email="a.long.address" * 4 + "@example.com").pk),
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_are_accessible_and_fit(browse, place, viewport, scheme):
    bob, names = place
    visitor = browse(viewport=viewport, color_scheme=scheme)
    found = {name: faults(visitor.page, path.format(**names)) for name, path in ENTRANCE.items()}
    visitor.sign_in(bob)
    for name, path in PAGES.items():
        found[name] = faults(visitor.page, path.format(**names))

    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_what_opens_is_accessible_and_fits(browse, place, viewport, scheme):
    bob, names = place
    visitor = browse(viewport=viewport, color_scheme=scheme)
    page = visitor.page
    visitor.sign_in(bob)
    page.get_by_role("combobox").press_sequentially("cu")
    visitor.reads("Blue Spotted")
    page.keyboard.press("ArrowDown")
    found = {"suggestions": faults_here(page)}
    page.goto("/p/cup")
    page.locator("summary").filter(has_text="Wishlists").click()
    found["hearts"] = faults_here(page)
    page.goto(f"/wishlists/{names['full']}")
    page.get_by_text("Delete this list").click()
    found["delete"] = faults_here(page)

    assert {name: faults for name, faults in found.items() if faults} == {}


ENTRANCE = {
    "sign in": "/sign-in",
    "register": "/register",
    "find an order": "/orders/find",
    "find an order: asked": "/orders/find?asked",
    "find an order: link too old": "/orders/guest/x",
    "guest's order": "/orders/guest/{link}?placed",
    "guest cancels": "/orders/guest/{link}/cancel",
}


def faults(page, path):
    page.goto(path)
    return faults_here(page)


def faults_here(page):
    axe = Axe().run(page)
    serious = [
        f"{v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in axe.response["violations"]
        if v["impact"] in {"serious", "critical"}
    ]
    width = page.evaluate("document.documentElement.scrollWidth")
    return serious + ([f"{width} px wide"] if width > page.viewport_size["width"] else [])
