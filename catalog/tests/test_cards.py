"""Lists read plain columns: what they show is what the serializer would, and asked for once."""

from datetime import UTC

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.api.cards import cards
from catalog.api.figures import figures
from catalog.api.serializers import CategoryStatsSerializer, ProductSerializer, StatsSerializer
from catalog.models import Media, Product
from catalog.stats import stats, stats_by_category
from catalog.tests.factories import BrandFactory, CategoryFactory, VariantFactory, on_sale

URL = "/api/v1/products"


def pictured():
    variant = on_sale()
    for place in (2, 1):
        Media.objects.create(product=variant.product, url=f"/media/{place}.webp", position=place)


def reduced():
    type(on_sale(price=1000)).objects.update(compare_at_price=1250)


def rated():
    Product.objects.filter(pk=on_sale(brand=BrandFactory()).product_id).update(
        rating=405, reviews_count=3, featured=True, in_stock=False
    )


def drawn_for_a_variant_that_is_switched_off():
    variant = on_sale()
    variants = type(variant).objects.filter(pk=variant.pk)
    variants.update(option_key="size=m", is_active=False, sku="A+B é")
    VariantFactory(product=variant.product, options={"size": "L"}, position=1)


@pytest.mark.parametrize(
    "made", [pictured, reduced, rated, drawn_for_a_variant_that_is_switched_off]
)
def test_a_card_is_what_the_serializer_makes(db, made):
    made()
    [product] = Product.objects.with_card()

    [card] = cards([product.pk])

    with timezone.override(UTC):
        assert card == ProductSerializer(product).data
    assert list(card) == list(ProductSerializer.Meta.fields)


def test_cards_come_in_the_order_asked_for(db):
    ids = [on_sale().product_id for _ in range(3)]

    assert [card["id"] for card in cards(ids[::-1])] == [str(pk) for pk in ids[::-1]]


def test_all_slugs_are_looked_up_at_once(api, db):
    variant = on_sale(category=CategoryFactory(slug="mugs"), brand=BrandFactory(slug="acme"))
    seller = variant.product.seller.slug
    api().get(URL)

    with CaptureQueriesContext(connection) as for_one:
        api().get(f"{URL}?category=mugs&min_price=1.00")
    with CaptureQueriesContext(connection) as for_three:
        found = api().get(f"{URL}?category=mugs&brand=acme&seller={seller}&min_price=1.00").json()

    assert [product["sku"] for product in found["results"]] == [variant.sku]
    assert len(for_three) == len(for_one)


def test_every_slug_that_means_nothing_is_named(api, db):
    on_sale(category=CategoryFactory(slug="mugs"))

    response = api().get(f"{URL}?category=mugs&brand=nobody&seller=nobody")

    assert response.status_code == 400
    assert [(error["field"], error["code"]) for error in response.json()["errors"]] == [
        ("brand", "invalid_choice"),
        ("seller", "invalid_choice"),
    ]


def test_figures_are_what_the_serializers_make(db):
    rated()
    on_sale(price=333)

    assert figures(stats()) == StatsSerializer(stats()).data
    made = [figures(each) for each in stats_by_category()]
    assert made == CategoryStatsSerializer(stats_by_category(), many=True).data
    assert len(made) == 2
