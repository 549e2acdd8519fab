"""Wishlists: one's own, shared by a link until it ends; what is like a product."""

import pytest

from catalog import services
from catalog.models import Product, Wishlist, WishlistItem
from catalog.tests.factories import CategoryFactory, on_sale

URL = "/api/v1/wishlists"


@pytest.fixture
def wishlist(bob):
    return Wishlist.objects.create(owner=bob, name="Birthday")


def titles(answer):
    return [product["title"] for product in answer.json()["products"]]


def test_a_list_is_made_filled_and_thinned_out(api, bob):
    cup, bowl = on_sale(title="Cup").product, on_sale(title="Bowl").product
    made = api(bob).post(URL, {"name": "Birthday"})
    assert (made.status_code, made.json()["token"], titles(made)) == (201, "", [])
    url = f"{URL}/{made.json()['id']}"

    for product in (cup, bowl, cup):
        answer = api(bob).post(f"{url}/items", {"product_id": product.pk})
        assert answer.status_code == 200, answer.content

    assert titles(api(bob).get(url)) == ["Bowl", "Cup"]
    assert api(bob).delete(f"{url}/items/{cup.pk}").status_code == 204
    assert api(bob).delete(f"{url}/items/{cup.pk}").status_code == 404
    assert api(bob).patch(url, {"name": "Party"}).json()["name"] == "Party"
    [shown] = api(bob).get(URL).json()["results"]
    assert (shown["name"], shown["items_count"]) == ("Party", 1)
    assert api(bob).delete(url).status_code == 204
    assert not WishlistItem.objects.exists()


def test_a_list_is_its_owners_alone(api, bob, charlie, wishlist):
    product, url = on_sale().product, f"{URL}/{wishlist.pk}"

    for user, status in ((charlie, 404), (None, 401)):
        client = api(user)
        assert client.get(url).status_code == status
        assert client.patch(url, {"name": "Mine"}).status_code == status
        assert client.delete(url).status_code == status
        assert client.post(f"{url}/items", {"product_id": product.pk}).status_code == status
        assert client.delete(f"{url}/items/{product.pk}").status_code == status
        assert client.post(f"{url}/share").status_code == status
        assert client.delete(f"{url}/share").status_code == status
    assert api(charlie).get(URL).json()["results"] == []
    wishlist.refresh_from_db()
    assert (wishlist.name, wishlist.token, wishlist.version) == ("Birthday", "", 1)


def test_a_link_shows_a_list_until_it_ends(api, bob, wishlist):
    cup = on_sale(title="Cup").product
    services.wish(wishlist, cup, at=cup.created_at)
    share = f"{URL}/{wishlist.pk}/share"
    first = api(bob).post(share).json()["token"]

    seen = api().get(f"{URL}/shared/{first}")

    assert seen.json().keys() == {"name", "products"}
    assert (seen["Cache-Control"], titles(seen)) == ("no-store", ["Cup"])
    assert api().post(f"{URL}/shared/{first}").status_code == 405
    second = api(bob).post(share).json()["token"]
    assert len(second) == 43
    assert api().get(f"{URL}/shared/{first}").status_code == 404
    assert api().get(f"{URL}/shared/{second}").status_code == 200
    assert api(bob).delete(share).status_code == 204
    assert api().get(f"{URL}/shared/{second}").status_code == 404
    assert api().get(f"{URL}/shared/{wishlist.pk}").status_code == 404


def test_only_what_is_for_sale_is_wished_and_shown(api, bob, wishlist):
    cup = on_sale(title="Cup").product
    url = f"{URL}/{wishlist.pk}"
    api(bob).post(f"{url}/items", {"product_id": cup.pk})
    Product.objects.update(status="archived")

    assert titles(api(bob).get(url)) == []
    again = api(bob).post(f"{url}/items", {"product_id": cup.pk})
    assert (again.status_code, again.json()["code"]) == (404, "product_unavailable")


def test_lists_and_what_is_on_them_are_bounded(api, bob, wishlist, monkeypatch):
    monkeypatch.setattr(services.wishlists, "MAX_LISTS", 1)
    monkeypatch.setattr(services.wishlists, "MAX_ITEMS", 1)
    cup, bowl = on_sale().product, on_sale().product
    services.wish(wishlist, cup, at=cup.created_at)

    assert api(bob).post(URL, {"name": "More"}).json()["code"] == "too_many_wishlists"
    full = api(bob).post(f"{URL}/{wishlist.pk}/items", {"product_id": bowl.pk})
    assert full.json()["code"] == "wishlist_full"
    assert WishlistItem.objects.get().product == cup


def test_a_list_takes_as_many_queries_for_one_product_as_for_three(
    api, bob, wishlist, django_assert_max_num_queries
):
    client = api(bob)
    for _ in range(3):
        services.wish(wishlist, on_sale().product, at=wishlist.created_at)

    with django_assert_max_num_queries(6):
        assert len(titles(client.get(f"{URL}/{wishlist.pk}"))) == 3


def test_related_is_what_else_is_in_stock_in_the_category(api, db):
    mugs = CategoryFactory()
    cup = on_sale(title="Cup", category=mugs).product
    on_sale(title="Slow", category=mugs)
    best = on_sale(title="Best", category=mugs)
    Product.objects.filter(pk=best.product_id).update(units_sold=9)
    on_sale(title="Gone", category=mugs, stock=0)
    on_sale(title="Else")

    for reference in (cup.pk, cup.slug):
        related = api().get(f"/api/v1/products/{reference}/related").json()
        assert [product["title"] for product in related] == ["Best", "Slow"]
    Product.objects.filter(pk=cup.pk).update(status="draft")
    assert api().get(f"/api/v1/products/{cup.pk}/related").status_code == 404
