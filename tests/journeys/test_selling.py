"""What sellers do to their goods, as shoppers see it: found, counted, sold out, gone."""

import pytest

from catalog import rollups
from catalog.models import Product
from catalog.tests.factories import CategoryFactory
from orders.tests.factories import buy, give

URL = "/api/v1/products"


@pytest.fixture
def mug(api, alice):
    """A draft of one mug at 4.50."""
    body = {
        "title": "Tin mug",
        "category": CategoryFactory(slug="mugs").slug,
        "variants": [{"sku": "MUG-1", "price": "4.50", "stock_quantity": 1}],
    }
    return Product.objects.get(pk=api(alice).post(URL, body).json()["id"])


def seen(api):
    """What a search finds, what of it is in stock, and what the shop counts."""
    found = api().get(f"{URL}?search=mug-1&facets=1").json()
    counted = {each["slug"]: each["count"] for each in found["facets"]["category"]}
    stats = api().get(f"{URL}/stats").json()
    assert rollups.differences() == {}
    in_stock = [(each["title"], each["in_stock"]) for each in found["results"]]
    return in_stock, counted, (stats["total"], stats["in_stock"])


def test_goods_are_found_and_counted_from_when_they_are_on_sale_until_they_are_not(
    api, alice, bob, mug
):
    edit, url = api(alice, **{"If-Match": "*"}), f"{URL}/{mug.pk}"
    assert seen(api) == ([], {}, (0, 0))

    edit.patch(url, {"status": "active"})
    assert seen(api) == ([("Tin mug", True)], {"mugs": 1}, (1, 1))

    give(bob, "10.00")
    buy(bob, mug.variants.get())
    assert seen(api) == ([("Tin mug", False)], {"mugs": 1}, (1, 0))

    edit.patch(url, {"title": "Enamel cup"})
    assert seen(api)[0] == [("Enamel cup", False)]
    assert api().get(f"{URL}?search=tin").json()["results"] == []

    edit.delete(url)
    assert seen(api) == ([], {}, (0, 0))
