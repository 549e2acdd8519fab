"""Wishlists on pages: hearts, one's own lists, and what a link shows."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import services
from catalog.models import Product, Wishlist, WishlistItem
from catalog.tests.factories import on_sale

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def wishlist(bob):
    return Wishlist.objects.create(owner=bob, name="Birthday")


@pytest.fixture
def signed_in(client, bob):
    client.force_login(bob)
    return client


def wish(wishlist, *variants):
    for variant in variants:
        services.wish(wishlist, variant.product, at=timezone.now())


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_a_heart_makes_the_first_list_and_takes_back_what_it_put_there(signed_in, bob):
    cup = on_sale(slug="cup").product
    body = {"product_id": cup.pk, "look": "card"}

    put = signed_in.post("/wishlists/wish", {**body, "wished": "1"}, **HTMX)

    item = WishlistItem.objects.get()
    assert (item.product, item.wishlist.owner, item.wishlist.name) == (cup, bob, "Wishlist")
    assert "off your wishlist" in put.content.decode()
    assert "is-wished" in signed_in.get("/search").content.decode()
    taken = signed_in.post("/wishlists/wish", {**body, "wished": ""}, **HTMX)
    assert "to your wishlist" in taken.content.decode()
    assert not WishlistItem.objects.exists()
    assert Wishlist.objects.count() == 1


def test_a_heart_without_javascript_comes_back_to_its_page(signed_in, wishlist):
    cup = on_sale().product
    body = {"product_id": cup.pk, "look": "line", "wishlist_id": wishlist.pk, "wished": "1"}

    def destination(referer):
        return signed_in.post("/wishlists/wish", body, HTTP_REFERER=referer)["Location"]

    assert destination("http://testserver/search?q=cup") == "/search?q=cup"
    assert destination("https://evil.example/search") == "/wishlists"
    assert destination("http://testserver//evil.example/") == "/wishlists"
    assert wishlist.items.get().product == cup


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"product_id": "x"}, 404),
        ({"look": "huge"}, 404),
        ({"wishlist_id": "x"}, 404),
        ({"product_id": "0192f0c4-0000-7000-8000-000000000000"}, 404),
    ],
)
def test_a_heart_that_asks_for_what_is_not_there_changes_nothing(signed_in, bob, changes, status):
    body = {"product_id": on_sale().product_id, "look": "card", "wished": "1"}

    assert signed_in.post("/wishlists/wish", body | changes).status_code == status
    assert not Wishlist.objects.exists()


def test_what_is_not_for_sale_is_not_wished(signed_in, wishlist):
    draft = on_sale().product
    Product.objects.update(status="draft")

    body = {"product_id": draft.pk, "look": "card", "wished": "1"}

    assert signed_in.post("/wishlists/wish", body).status_code == 404
    assert not wishlist.items.exists()


def test_a_full_list_says_so(signed_in, wishlist, monkeypatch):
    monkeypatch.setattr(services.wishlists, "MAX_ITEMS", 1)
    wish(wishlist, on_sale())
    body = {"product_id": on_sale().product_id, "look": "card", "wished": "1"}

    by_htmx = signed_in.post("/wishlists/wish", body, **HTMX)
    plainly = signed_in.post("/wishlists/wish", body, follow=True)

    assert by_htmx["HX-Refresh"] == "true"
    assert said(plainly)[-1] == "This wishlist is full."
    assert wishlist.items.count() == 1


def test_a_list_is_made_renamed_shared_and_deleted(signed_in, bob):
    made = signed_in.post("/wishlists", {"name": "Birthday"}, follow=True)
    wishlist = Wishlist.objects.get()
    url = f"/wishlists/{wishlist.pk}"
    assert made.redirect_chain == [(url, 302)]

    signed_in.post(f"{url}/name", {"name": "Party"})
    page = signed_in.post(f"{url}/share", follow=True)
    wishlist.refresh_from_db()

    assert wishlist.name == "Party"
    assert page.context["link"] == f"http://testserver/wishlists/shared/{wishlist.token}"
    signed_in.post(f"{url}/unshare")
    assert Wishlist.objects.get().token == ""
    assert signed_in.post(f"{url}/delete")["Location"] == "/wishlists"
    assert not Wishlist.objects.exists()


def test_wrong_names_are_refused_beside_the_field(signed_in, wishlist, monkeypatch):
    monkeypatch.setattr(services.wishlists, "MAX_LISTS", 1)

    too_many = signed_in.post("/wishlists", {"name": "More"})
    nameless = signed_in.post("/wishlists", {"name": " "})
    renamed = signed_in.post(f"/wishlists/{wishlist.pk}/name", {"name": "x" * 101})

    assert too_many.context["form"].non_field_errors() == [
        "You have as many wishlists as one may have."
    ]
    assert [r.status_code for r in (too_many, nameless, renamed)] == [400, 400, 400]
    assert list(nameless.context["form"].errors) == list(renamed.context["form"].errors) == ["name"]
    assert Wishlist.objects.get().name == "Birthday"


CHANGES = ["name", "delete", "share", "unshare", "remove"]


@pytest.fixture
def routes(wishlist):
    url = f"/wishlists/{wishlist.pk}"
    return [*(f"{url}/{change}" for change in CHANGES), f"/cart/wishes/{wishlist.pk}"]


def test_a_list_is_its_owners_alone(client, charlie, wishlist, routes):
    cup = on_sale()
    wish(wishlist, cup)
    body = {"name": "Mine", "product_id": cup.product_id, "look": "card"}
    client.force_login(charlie)

    assert client.get(f"/wishlists/{wishlist.pk}").status_code == 404
    assert [client.post(route, body).status_code for route in routes] == [404] * len(routes)
    own = {**body, "wishlist_id": wishlist.pk}
    assert client.post("/wishlists/wish", {**own, "wished": ""}).status_code == 404
    assert client.post("/wishlists/wish", {**own, "wished": "1"}).status_code == 404
    assert "Birthday" not in client.get("/wishlists").content.decode()
    wishlist.refresh_from_db()
    assert (wishlist.name, wishlist.token, wishlist.items.count()) == ("Birthday", "", 1)


def test_who_is_not_signed_in_is_asked_to_and_comes_back(client, wishlist, routes):
    url = f"/wishlists/{wishlist.pk}"
    body = {"product_id": on_sale(slug="cup").product_id, "look": "line", "wished": "1"}

    for route in (url, *routes):
        method = client.get if route == url else client.post
        assert method(route, body)["Location"] == f"/sign-in?next={url}"
    heart = client.post("/wishlists/wish", body, HTTP_REFERER="http://testserver/p/cup", **HTMX)
    assert heart["HX-Redirect"] == "/sign-in?next=/p/cup"
    assert client.get("/wishlists")["Location"] == "/sign-in?next=/wishlists"
    assert not WishlistItem.objects.exists()


def test_changes_need_a_post_and_its_token(bob, wishlist, routes):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bob)

    for route in (*routes, "/wishlists/wish"):
        assert (strict.get(route).status_code, strict.post(route).status_code) == (405, 403), route
    assert Wishlist.objects.get().name == "Birthday"


def test_a_link_shows_a_list_to_anybody_until_it_ends(client, wishlist):
    wish(wishlist, on_sale(title="Cup"))
    assert client.get("/wishlists/shared/").status_code == 404
    assert client.get(f"/wishlists/shared/{wishlist.pk}").status_code == 404
    services.share_wishlist(wishlist, at=timezone.now())

    page = client.get(f"/wishlists/shared/{wishlist.token}")

    text = page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert ("Cup" in text, "noindex" in text) == (True, True)
    assert wishlist.owner.email not in text
    assert str(wishlist.pk) not in text
    assert client.post(f"/wishlists/shared/{wishlist.token}").status_code == 405
    services.unshare_wishlist(wishlist, at=timezone.now())
    assert client.get(f"/wishlists/shared/{page.context['wishlist'].token}").status_code == 404


def test_what_is_gone_is_counted_and_what_is_removed_is_named(signed_in, wishlist):
    cup, bowl = on_sale(title="Cup"), on_sale(title="Bowl")
    wish(wishlist, cup, bowl)
    Product.objects.filter(pk=bowl.product_id).update(status="archived")
    url = f"/wishlists/{wishlist.pk}"

    page = signed_in.get(url)
    removed = signed_in.post(f"{url}/remove", {"product_id": cup.product_id}, follow=True)
    again = signed_in.post(f"{url}/remove", {"product_id": cup.product_id}, follow=True)

    assert "and 1 that is no longer for sale" in page.content.decode()
    assert (said(removed), said(again)) == (["Cup is off the list."], [])
    assert wishlist.items.get().product_id == bowl.product_id


def queries(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_pages_take_as_many_queries_for_one_thing_as_for_more(signed_in, bob, wishlist):
    cup = on_sale(slug="cup")
    wish(wishlist, cup)
    services.share_wishlist(wishlist, at=timezone.now())
    paths = [
        f"/wishlists/{wishlist.pk}",
        f"/wishlists/shared/{wishlist.token}",
        "/wishlists",
        "/p/cup",
    ]
    few = {path: queries(signed_in, path) for _ in range(2) for path in paths}

    more = [on_sale() for _ in range(3)]
    wish(wishlist, *more)
    for name in ("Home", "Garden"):
        wish(Wishlist.objects.create(owner=bob, name=name), cup, *more)

    assert {path: queries(signed_in, path) for path in paths} == few
