"""Sellers and their own products: drafted, edited, moved along; nobody else's, nothing unseen overwritten."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Seller
from accounts.tests.factories import SellerFactory
from catalog.models import Product, Variant
from catalog.services import edit_product
from catalog.tests.factories import BrandFactory, CategoryFactory, VariantFactory, on_sale
from core.errors import Stale
from core.models import Event

URL = "/api/v1/products"
OWN = "/api/v1/seller/products"
ANY = {"If-Match": "*"}


@pytest.fixture
def body(db):
    """What makes a product with two variants."""
    return {
        "title": "Tin mug",
        "category": CategoryFactory(slug="mugs").slug,
        "brand": BrandFactory(slug="acme").slug,
        "description": "Holds tea.",
        "condition": "used",
        "specifications": {"Material": "Tin"},
        "variants": [
            {"sku": "MUG-S", "options": {"size": "S"}, "price": "4.50", "stock_quantity": 3},
            {"sku": "MUG-L", "options": {"size": "L"}, "price": "5.00", "compare_at_price": "6.00"},
        ],
    }


@pytest.fixture
def mug(alice):
    return on_sale(title="Mug", price=450, seller=alice.seller).product


def faults(response):
    return [error["field"] for error in response.json()["errors"]]


def test_a_seller_drafts_a_product_and_puts_it_on_sale(api, alice, body):
    drafted = api(alice).post(URL, body)

    assert drafted.status_code == 201, drafted.content
    made = drafted.json()
    assert (made["status"], made["price"], made["currency"]) == ("draft", "4.50", "GBP")
    assert made["seller"]["slug"] == "alices-attic"
    assert [(v["sku"], v["stock_quantity"]) for v in made["variants"]] == [
        ("MUG-S", 3),
        ("MUG-L", 0),
    ]
    url = f"{URL}/{made['id']}"
    assert api().get(url).status_code == 404

    listed = api(alice, **{"If-Match": drafted["ETag"]}).patch(url, {"status": "active"})

    assert listed.status_code == 200, listed.content
    assert api().get(url).json()["title"] == "Tin mug"
    kinds = (
        Event.objects.filter(subject_id=made["id"]).order_by("pk").values_list("kind", flat=True)
    )
    assert list(kinds) == ["product.drafted", "product.edited"]


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"title": ""}, 400, "title"),
        ({"title": "x" * 201}, 400, "title"),
        ({"category": "nowhere"}, 400, "category"),
        ({"brand": "nobody"}, 400, "brand"),
        ({"condition": "broken"}, 400, "condition"),
        ({"specifications": {"a": 1.5, "b": []}}, 400, "specifications.b"),
        ({"specifications": {str(n): "" for n in range(51)}}, 400, "specifications"),
        ({"video_url": "ftp://example.com/a"}, 400, "video_url"),
        ({"seller": "somebody"}, 400, "seller"),
        ({"status": "active"}, 400, "status"),
        ({"featured": True}, 400, "featured"),
        ({"price": "1.00"}, 400, "price"),
        ({"variants": [{"sku": "a b", "price": "1.00"}]}, 400, "variants.0.sku"),
        ({"variants": [{"sku": "a"}]}, 400, "variants.0.price"),
        ({"variants": [{"sku": "a", "price": "1.00", "currency": "EUR"}]}, 400, "variants.0.currency"),
        ({"variants": [{"sku": "a", "price": "1.00", "options": {"a": "b;c"}}]}, 400, "variants.0.options"),
        ({"variants": [{"sku": "a", "price": "1.00", "stock_quantity": -1}]}, 400, "variants.0.stock_quantity"),
        ({"variants": [{"sku": "a", "price": 1.5}]}, 422, "price"),
        ({"variants": [{"sku": "a", "price": "0.00"}]}, 422, "price"),
        ({"variants": [{"sku": "a", "price": "2.00", "compare_at_price": "2.00"}]}, 400, "compare_at_price"),
        ({"variants": [{"sku": "a", "price": "1.00"}, {"sku": "b", "price": "1.00"}]}, 409, "options"),
        ({"variants": [{"sku": "a", "price": "1.00", "options": {"s": "M"}}, {"sku": "b", "price": "1.00", "options": {"S": "m"}}]}, 409, "options"),
        ({"variants": [{"sku": "TAKEN", "price": "1.00"}]}, 409, "sku"),
    ],
)  # fmt: skip
def test_a_wrong_product_is_refused_and_its_field_named(api, alice, body, changes, status, field):
    VariantFactory(sku="TAKEN")

    response = api(alice).post(URL, {**body, **changes})

    assert (response.status_code, faults(response)) == (status, [field]), response.content
    assert Product.objects.count() == Variant.objects.count() == 1


def test_only_approved_sellers_sell(api, alice, bob, dana, body):
    for user in (bob, dana):
        assert api(user).post(URL, body).json()["code"] == "not_a_seller"
        assert api(user).get(OWN).status_code == 403
    assert api().post(URL, body).status_code == 401
    Seller.objects.update(status=Seller.Status.SUSPENDED)
    assert api(alice).post(URL, body).status_code == 403
    assert not Product.objects.exists()


def test_what_another_seller_has_is_theirs(api, alice, mug):
    draft = VariantFactory(product__seller=alice.seller).product
    rival = api(SellerFactory().user, **ANY)

    for product, status in ((mug, 403), (draft, 404)):
        variant = product.variants.get().pk
        url = f"{URL}/{product.pk}"
        assert rival.patch(url, {"title": "Mine"}).status_code == status
        assert rival.delete(url).status_code == status
        new = {"sku": "X", "price": "1.00"}
        assert rival.post(f"{url}/variants", new).status_code == status
        assert rival.patch(f"{url}/variants/{variant}", {"sku": "X"}).status_code == status
        assert rival.delete(f"{url}/variants/{variant}").status_code == status
        assert rival.get(f"{OWN}/{product.pk}").status_code == status
    assert rival.get(OWN).json()["results"] == []
    assert not Event.objects.exists()


def test_a_variant_is_reached_through_its_own_product_only(api, alice, mug):
    other = on_sale(seller=alice.seller)

    response = api(alice, **ANY).patch(f"{URL}/{mug.pk}/variants/{other.pk}", {"sku": "X"})

    assert response.status_code == 404


def test_an_editor_must_have_seen_what_they_change(api, alice, mug):
    url, seen = f"{URL}/{mug.pk}", api(alice).get(f"{OWN}/{mug.pk}")["ETag"]

    assert api(alice).patch(url, {"title": "Blind"}).status_code == 428
    assert api(alice).delete(url).status_code == 428
    first = api(alice, **{"If-Match": seen}).patch(url, {"title": "First"})
    second = api(alice, **{"If-Match": seen}).patch(url, {"title": "Second"})

    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json()["current"] == first.json()["version"]
    assert Product.objects.get().title == "First"
    assert api(alice, **{"If-Match": seen}).delete(url).status_code == 412
    assert api(alice, **{"If-Match": '"none of ours"'}).delete(url).status_code == 412
    by_body = f'W/"{first.json()["version"]}"'
    assert api(alice, **{"If-Match": by_body}).delete(url).status_code == 204


def test_the_tag_survives_compression(api, alice, mug):
    packed = api(alice, **{"Accept-Encoding": "gzip"}).get(f"{OWN}/{mug.pk}")

    assert packed["ETag"].startswith('W/"')
    tag = {"If-Match": packed["ETag"]}
    assert api(alice, **tag).patch(f"{URL}/{mug.pk}", {"title": "X"}).status_code == 200


def test_a_variants_edit_counts_as_its_products(api, alice, mug):
    variant, seen = mug.variants.get(), {"If-Match": api(alice).get(f"{OWN}/{mug.pk}")["ETag"]}
    url = f"{URL}/{mug.pk}/variants/{variant.pk}"

    edited = api(alice, **seen).patch(url, {"price": "4.00", "low_stock_at": 2})

    assert edited.status_code == 200, edited.content
    assert edited.json()["price"] == "4.00"
    assert api(alice, **seen).patch(url, {"price": "3.00"}).status_code == 412
    assert api(alice, **seen).patch(f"{URL}/{mug.pk}", {"title": "X"}).status_code == 412
    assert api(alice).patch(url, {"price": "3.00"}).status_code == 428
    variant.refresh_from_db()
    assert (variant.price, variant.low_stock_at, variant.stock) == (400, 2, 5)


def test_a_sale_changes_the_tag_but_refuses_no_edit(api, alice, mug):
    before = api(alice).get(f"{OWN}/{mug.pk}")["ETag"]
    variant = mug.variants.get()
    adjust = api(alice, **{"Idempotency-Key": "a"})
    adjust.post(f"/api/v1/seller/variants/{variant.pk}/stock", {"change": -1})

    assert api(alice).get(f"{OWN}/{mug.pk}")["ETag"] != before
    edit = api(alice, **{"If-Match": before}).patch(f"{URL}/{mug.pk}", {"title": "Cup"})
    assert edit.status_code == 200


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("draft", "active", 200),
        ("draft", "archived", 200),
        ("active", "archived", 200),
        ("archived", "active", 200),
        ("active", "active", 200),
        ("active", "draft", 409),
        ("archived", "draft", 409),
    ],
)
def test_a_product_moves_along_and_never_back_to_a_draft(api, alice, mug, before, after, status):
    Product.objects.update(status=before)

    response = api(alice, **ANY).patch(f"{URL}/{mug.pk}", {"status": after})

    assert response.status_code == status
    assert Product.objects.get().status == (after if status == 200 else before)


def test_nothing_is_on_sale_without_an_active_variant(api, alice, mug, body):
    bare = api(alice).post(URL, {**body, "variants": []}).json()
    refused = api(alice, **ANY).patch(f"{URL}/{bare['id']}", {"status": "active"})
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_sell")

    url = f"{URL}/{mug.pk}/variants/{mug.variants.get().pk}"
    assert api(alice, **ANY).delete(url).json()["code"] == "nothing_to_sell"
    assert mug.variants.get().is_active is True

    assert api(alice, **ANY).patch(f"{URL}/{mug.pk}", {"status": "archived"}).status_code == 200
    assert api(alice, **ANY).delete(url).status_code == 204
    assert mug.variants.get().is_active is False


def test_variants_are_added_while_their_options_differ(api, alice, body):
    product = api(alice).post(URL, body).json()
    url = f"{URL}/{product['id']}/variants"

    added = api(alice).post(url, {"sku": "MUG-M", "options": {"size": "M"}, "price": "4.00"})
    twin = api(alice).post(url, {"sku": "MUG-X", "options": {"Size": "m"}, "price": "4.00"})
    plain = api(alice).post(url, {"sku": "MUG-X", "price": "4.00"})

    assert added.status_code == 201, added.content
    assert (added.json()["price"], len(added.json()["variants"])) == ("4.00", 3)
    assert [twin.json()["code"], plain.json()["code"]] == ["options_taken", "options_mixed"]
    small = product["variants"][0]["id"]
    taken = api(alice, **ANY).patch(f"{url}/{small}", {"sku": "MUG-L"})
    assert taken.json()["code"] == "sku_taken"
    assert Variant.objects.count() == 3


def test_what_is_deleted_is_gone_but_kept_for_its_orders(api, alice, mug):
    assert api(alice, **ANY).delete(f"{URL}/{mug.slug}").status_code == 204

    assert api(alice, **ANY).patch(f"{URL}/{mug.pk}", {"title": "X"}).status_code == 404
    assert api(alice).get(OWN).json()["results"] == []
    assert Product.objects.get().deleted_at is not None


def test_own_products_are_listed_by_status_in_a_constant_number_of_queries(
    api, alice, django_assert_num_queries
):
    client = api(alice)
    for number in range(3):
        on_sale(title=f"P{number}", seller=alice.seller)
    Product.objects.filter(title="P1").update(status="archived")

    with django_assert_num_queries(5):
        everything = client.get(OWN).json()["results"]

    assert [p["title"] for p in everything] == ["P2", "P1", "P0"]
    archived = client.get(f"{OWN}?status=archived").json()["results"]
    assert [p["title"] for p in archived] == ["P1"]
    assert faults(client.get(f"{OWN}?status=gone")) == ["status"]


@pytest.mark.postgresql
@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_of_two_editors_at_once_one_is_told_to_read_again():
    product = on_sale().product
    barrier = Barrier(2)

    def edit(title):
        try:
            barrier.wait()
            edit_product(product, {"title": title}, version=product.version, at=timezone.now())
        except Stale:
            return None
        finally:
            connection.close()
        return title

    with ThreadPoolExecutor(2) as pool:
        won = list(filter(None, pool.map(edit, ["A", "B"])))

    assert len(won) == 1
    stored = Product.objects.get()
    assert (stored.title, stored.version) == (won[0], product.version + 1)
