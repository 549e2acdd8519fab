"""Whoever changes the same words at once: what is left in the index is what an index built anew has."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F

from accounts.models import Seller
from catalog.models import Brand, Category, Product, SearchDocument, Variant
from catalog.tests.factories import BrandFactory, CategoryFactory, VariantFactory, on_sale

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.xdist_group("races"),
    pytest.mark.django_db(transaction=True),
]

ROUNDS = 6


@pytest.fixture
def lamps():
    """Three products of one seller, brand and category, each with two variants."""
    shelf = {"brand": BrandFactory(name="Lumen"), "category": CategoryFactory(name="Lights")}
    first = on_sale(title="Lamp", **shelf).product
    others = [on_sale(title="Lamp", seller=first.seller, **shelf).product for _ in range(2)]
    lamps = [first, *others]
    Variant.objects.update(option_key="size=m", options={"size": "m"})
    for lamp in lamps:
        VariantFactory(product=lamp, options={"size": "l"}, stock=0)
    return lamps


def at_once(*acts):
    """Each of ``acts`` in a transaction of its own, several times; all start each round together."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            for number in range(ROUNDS):
                barrier.wait(timeout=60)
                with transaction.atomic():
                    act(number)
        except OperationalError:
            barrier.abort()  # nobody waits for who was a deadlock's victim
            raise
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


def documents():
    rows = SearchDocument.objects.order_by("product")
    return list(rows.values_list("product", "lexemes", "shown_in", "units_sold"))


def assert_as_built_anew():
    kept = documents()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_searchdocument")
        cursor.execute("SELECT catalog_search_index(array_agg(id)) FROM catalog_product")
    assert kept == documents()


def rename(rows):
    return lambda number: rows.update(name=f"Name{number}")


def test_names_of_product_brand_and_category_change_at_once(lamps):
    at_once(
        lambda number: Product.objects.filter(pk=lamps[0].pk).update(title=f"Title{number}"),
        lambda number: Product.objects.update(description=f"Text{number}"),
        rename(Brand.objects.all()),
        rename(Category.objects.all()),
    )

    assert_as_built_anew()


def test_two_variants_of_a_product_get_new_skus_at_once(lamps):
    first, second = Variant.objects.filter(product=lamps[0])

    at_once(
        lambda number: Variant.objects.filter(pk=first.pk).update(sku=f"ONE-{number}"),
        lambda number: Variant.objects.filter(pk=second.pk).update(sku=f"TWO-{number}"),
        lambda number: Product.objects.filter(pk=lamps[0].pk).update(title=f"Title{number}"),
    )

    assert_as_built_anew()


def test_a_product_is_published_and_sold_while_its_seller_is_suspended_and_its_brand_renamed(lamps):
    states = ("draft", "active")
    seller = Seller.objects.filter(pk=lamps[0].seller_id)

    at_once(
        lambda number: Product.objects.filter(pk=lamps[0].pk).update(status=states[number % 2]),
        lambda number: Product.objects.update(units_sold=F("units_sold") + 1),
        lambda number: seller.update(status=("suspended", "approved")[number % 2]),
        rename(Brand.objects.all()),
    )

    assert_as_built_anew()
    assert {row[3] for row in documents()} == {ROUNDS}


def test_a_product_moves_between_brands_while_both_are_renamed(lamps):
    other = BrandFactory(name="Lux")
    brands = (other, lamps[0].brand)

    at_once(
        lambda number: Product.objects.update(brand=brands[number % 2]),
        rename(Brand.objects.filter(pk=other.pk)),
        rename(Brand.objects.filter(pk=lamps[0].brand_id)),
    )

    assert_as_built_anew()
