"""Browsing, narrowing, sorting and paging; every mistake named."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Seller
from catalog.filters import ORDERINGS
from catalog.models import Category, Media, Product
from catalog.tests.factories import BrandFactory, CategoryFactory, VariantFactory, on_sale

URL = "/api/v1/products"


def titles(response):
    assert response.status_code == 200, response.content
    return [product["title"] for product in response.json()["results"]]


@pytest.fixture
def shelf(db):
    """Three products; Cup is in a category below Kitchen's."""
    kitchen = CategoryFactory(name="Kitchen", slug="kitchen")
    mugs = CategoryFactory(name="Mugs", slug="mugs", parent=kitchen)
    acme = BrandFactory(name="Acme", slug="acme")
    on_sale(title="Cup", price=450, category=mugs, brand=acme, featured=True)
    on_sale(title="Bowl", price=900, category=kitchen, stock=0)
    on_sale(title="Atlas", price=2_000, condition="used")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Atlas", "Bowl", "Cup"]),
        ("category=kitchen", ["Bowl", "Cup"]),
        ("category=mugs", ["Cup"]),
        ("brand=acme", ["Cup"]),
        ("condition=used", ["Atlas"]),
        ("min_price=4.50&max_price=9", ["Bowl", "Cup"]),
        ("min_price=4.51", ["Atlas", "Bowl"]),
        ("in_stock=true", ["Atlas", "Cup"]),
        ("in_stock=false", ["Bowl"]),
        ("featured=true", ["Cup"]),
        ("ordering=price", ["Cup", "Bowl", "Atlas"]),
        ("ordering=-price", ["Atlas", "Bowl", "Cup"]),
        ("ordering=title", ["Atlas", "Bowl", "Cup"]),
        ("ordering=-newest", ["Cup", "Bowl", "Atlas"]),
        ("ordering=-brand,-price", ["Cup", "Atlas", "Bowl"]),
    ],
)
def test_products_are_narrowed_and_sorted(api, shelf, query, expected):
    assert titles(api().get(f"{URL}?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("category=nowhere", "category"),
        ("brand=nobody", "brand"),
        ("condition=broken", "condition"),
        ("in_stock=maybe", "in_stock"),
        ("min_price=cheap", "min_price"),
        ("min_price=-1", "min_price"),
        ("min_price=1.001", "min_price"),
        ("min_price=9&max_price=8", "min_price"),
        ("ordering=colour", "ordering"),
        ("ordering=price,-price", "ordering"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("page=x", "page"),
        ("page=0", "page"),
        ("cursor=x!", "cursor"),
        ("cursor=&page=2", "cursor"),
        ("title=%00", "title"),
    ],
)
def test_a_mistake_is_named_never_ignored(api, shelf, query, field):
    response = api().get(f"{URL}?{query}")

    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_only_what_is_published_is_shown(api, shelf):
    on_sale(title="Suspended", seller__status=Seller.Status.SUSPENDED)
    for changes in ({"status": "draft"}, {"status": "archived"}, {"deleted_at": timezone.now()}):
        variant = on_sale(title="Hidden")
        Product.objects.filter(pk=variant.product_id).update(**changes)
        assert api().get(f"{URL}/{variant.product_id}").status_code == 404

    assert titles(api().get(URL)) == ["Atlas", "Bowl", "Cup"]


def test_a_seller_sees_their_own_draft_and_nobody_else_does(api, alice, bob):
    variant = on_sale(seller=alice.seller)
    Product.objects.filter(pk=variant.product_id).update(status="draft")
    url = f"{URL}/{variant.product_id}"

    assert api(alice).get(url).status_code == 200
    assert api(bob).get(url).status_code == 404
    assert api().get(url).status_code == 404


def test_one_product_by_id_and_by_slug(api, shelf):
    cup = Product.objects.get(title="Cup")
    Media.objects.create(product=cup, url="/media/cup.webp", alt="A cup")

    by_slug = api().get(f"{URL}/{cup.slug}")

    assert by_slug.json() == api().get(f"{URL}/{cup.pk}/").json()
    body = by_slug.json()
    assert body["price"] == "4.50"
    assert [crumb["slug"] for crumb in body["breadcrumbs"]] == ["kitchen", "mugs"]
    assert body["variants"][0]["stock_quantity"] == 5
    assert body["image"] == "/media/cup.webp"


def test_categories_count_what_is_below_them(api, shelf):
    tree = api().get("/api/v1/categories").json()
    kitchen = next(node for node in tree if node["slug"] == "kitchen")
    assert (kitchen["product_count"], kitchen["children"][0]["product_count"]) == (2, 1)

    flat = api().get(f"{URL}/categories").json()
    assert {c["slug"]: c["product_count"] for c in flat}["mugs"] == 1


def test_brands_count_their_products(api, shelf):
    BrandFactory(name="Idle", slug="idle")

    results = api().get(f"{URL}/brands").json()["results"]

    assert [(brand["slug"], brand["product_count"]) for brand in results] == [("acme", 1)]


@pytest.mark.parametrize("path", [URL, f"{URL}/brands", f"{URL}/categories", "/api/v1/categories"])
def test_queries_do_not_grow_with_the_page(api, db, path):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert api().get(path).status_code == 200
        return len(queries)

    on_sale(brand=BrandFactory())
    one = asked()
    for _ in range(2):
        on_sale(brand=BrandFactory())
    assert asked() == one


def walk(api, url, link):
    seen = []
    while url:
        page = api().get(url).json()
        seen.append([product["title"] for product in page["results"]])
        url = page[link]
    return seen


def test_pages_know_the_total_and_their_neighbours(api, db):
    for number in range(5):
        on_sale(title=f"P{number}")

    page = api().get(f"{URL}?limit=2&page=2&ordering=title").json()

    assert page["total"] == 5
    assert [product["title"] for product in page["results"]] == ["P2", "P3"]
    assert "page=3" in page["next"]
    assert "page=1" in page["previous"]
    assert walk(api, f"{URL}?limit=2&ordering=title", "next") == [
        ["P0", "P1"],
        ["P2", "P3"],
        ["P4"],
    ]


@pytest.mark.parametrize("ordering", ["price", "-price", "newest", "-brand,price", "title"])
def test_cursors_walk_forth_and_back_over_ties(api, db, ordering):
    acme = BrandFactory()
    for number in range(7):
        on_sale(title=f"P{number}", price=100 * (number % 2), brand=acme if number % 3 else None)
    everything = titles(api().get(f"{URL}?ordering={ordering}"))

    forth = walk(api, f"{URL}?limit=3&cursor=&ordering={ordering}", "next")

    assert [title for page in forth for title in page] == everything
    last = f"{URL}?limit=3&cursor=&ordering={ordering}"
    for _ in range(2):
        last = api().get(last).json()["next"]
    back = walk(api, last, "previous")
    assert [title for page in reversed(back) for title in page] == everything


@pytest.mark.parametrize("ordering", [*sorted(ORDERINGS.keys() - {"relevance"}), "-brand,-price"])
def test_a_cursor_neither_repeats_nor_skips_while_products_are_added(api, db, ordering):
    there = [on_sale(title=f"P{number}", price=500).product.title for number in range(5)]
    everything = titles(api().get(f"{URL}?ordering={ordering}"))
    first = api().get(f"{URL}?limit=2&cursor=&ordering={ordering}").json()

    on_sale(title="A new one", price=100, units_sold=1, brand=BrandFactory())
    on_sale(title="P2a", price=500)
    on_sale(title="Zebra", price=900)
    seen = [each["title"] for each in first["results"]]
    for page in walk(api, first["next"], "next"):
        seen += page

    assert (sorted(everything), first["total"]) == (there, None)
    assert [title for title in seen if title in there] == everything


def test_a_cursor_of_another_ordering_is_refused(api, db):
    for _ in range(3):
        on_sale()
    link = api().get(f"{URL}?limit=1&cursor=&ordering=title").json()["next"]

    response = api().get(link.replace("ordering=title", "ordering=-newest"))

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "cursor"


def test_variants_list_only_active_ones(api, db):
    variant = on_sale()
    type(variant).objects.filter(pk=variant.pk).update(option_key="size=m")
    VariantFactory(product=variant.product, options={"size": "L"}, is_active=False)

    body = api().get(f"{URL}/{variant.product_id}").json()

    assert [v["sku"] for v in body["variants"]] == [variant.sku]


def test_what_is_below_a_hidden_category_is_hidden_and_not_counted(api, shelf):
    Category.objects.filter(slug="mugs").update(is_active=False)
    CategoryFactory(slug="cups", parent=Category.objects.get(slug="mugs"))
    on_sale(title="Espresso", category=Category.objects.get(slug="cups"))

    tree = api().get("/api/v1/categories").json()

    kitchen = next(node for node in tree if node["slug"] == "kitchen")
    assert (kitchen["product_count"], kitchen["children"]) == (1, [])
    assert "cups" not in [node["slug"] for node in tree]
    assert titles(api().get(f"{URL}?category=kitchen")) == ["Bowl"]


def test_a_sellers_own_view_is_never_shared(api, alice):
    variant = on_sale(seller=alice.seller)
    url = f"{URL}/{variant.product_id}"

    assert api(alice).get(url)["Cache-Control"] == "no-store"
    shared = api().get(url)
    assert "public" in shared["Cache-Control"]
    assert "Authorization" in shared["Vary"]


def test_what_is_deleted_is_gone_for_its_seller_and_for_staff(api, alice, dana):
    variant = on_sale(seller=alice.seller)
    Product.objects.update(deleted_at=timezone.now())

    for user in (alice, dana):
        assert api(user).get(f"{URL}/{variant.product_id}").status_code == 404
