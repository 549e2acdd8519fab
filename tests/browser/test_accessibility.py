"""Every page: nothing serious that axe can find, nothing that sticks out of a narrow phone or a desk's screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.tests.factories import UserFactory
from catalog.tests.factories import BrandFactory, on_sale
from orders.tests.factories import buy, give, put_in_cart
from tests.browser.conftest import DESK, PHONE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]

PAGES = {
    "home": "/",
    "category": "/c/mugs",
    "search": "/search?q=cup&min_price=x",
    "nothing found": "/search?q=zebra",
    "product": "/p/cup",
    "cart": "/cart",
    "checkout": "/checkout",
    "orders": "/orders",
    "order": "/orders/{number}?placed",
    "wallet": "/wallet",
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
    order = buy(bob, cup, on_sale(title="Lantern"))
    put_in_cart(bob, cup)
    return bob, order


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_are_accessible_and_fit(browse, place, viewport, scheme):
    bob, order = place
    visitor = browse(viewport=viewport, color_scheme=scheme)
    found = {name: faults(visitor.page, path) for name, path in ENTRANCE.items()}
    visitor.sign_in(bob)
    for name, path in PAGES.items():
        found[name] = faults(visitor.page, path.format(number=order.number))

    assert {name: faults for name, faults in found.items() if faults} == {}


ENTRANCE = {"sign in": "/sign-in", "register": "/register"}


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
