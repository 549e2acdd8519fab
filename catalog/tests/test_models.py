"""Stock, options and offers: what the database refuses, and what is kept from variants."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from catalog.models import Product, Variant, option_key
from catalog.services import add_variant, change_variant
from catalog.tests.factories import ProductFactory, VariantFactory, on_sale, sell

NOW = timezone.now()


def test_a_product_shows_its_lowest_active_price(db):
    variant = on_sale(price=900)
    Variant.objects.filter(pk=variant.pk).update(option_key="size=m")
    large = VariantFactory.build(product=variant.product, options={"size": "L"}, price=700, stock=0)
    add_variant(large, at=NOW)
    assert Product.objects.get().price == 700

    large.is_active = False
    change_variant(large, {"is_active"}, at=NOW)

    assert Product.objects.get().price == 900


def test_a_change_of_a_variant_leaves_what_was_sold_meanwhile_sold(db):
    variant = on_sale(stock=3)
    seen = Variant.objects.get()
    sell({variant: 3})

    seen.position = 7
    change_variant(seen, {"position"}, at=NOW)

    variant.refresh_from_db()
    assert (variant.position, variant.stock, variant.version) == (7, 0, 4)
    assert Product.objects.get().in_stock is False


def test_a_variant_has_its_products_currency(db):
    variant = on_sale()

    for write in (
        lambda: Variant.objects.update(currency="JPY"),
        lambda: Product.objects.update(currency="JPY"),
        lambda: VariantFactory(product=variant.product, currency="JPY", options={"size": "L"}),
    ):
        with pytest.raises(DatabaseError, match="currency"), transaction.atomic():
            write()


def test_what_is_not_in_the_shops_currency_is_not_for_sale(db, settings):
    on_sale()
    settings.SHOP_CURRENCY = "EUR"

    assert not Product.objects.published().exists()
    assert not Variant.objects.for_sale().exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"specifications": [1]}, "specifications"),
        ({"specifications": {"a": 1}}, "specifications"),
        ({"shipping_info": None}, "shipping_info"),
        ({"slug": "brands"}, "slug"),
        ({"slug": "0192e4a0000070008000000000000000"}, "slug"),
        ({"status": "active"}, "status"),
    ],
)
def test_a_product_that_could_not_be_shown_is_refused(db, changes, field):
    product = ProductFactory(description="x")
    for name, value in changes.items():
        setattr(product, name, value)

    with pytest.raises(ValidationError) as refused:
        product.full_clean(exclude={"specifications", "shipping_info"})
    assert field in refused.value.message_dict


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"options": ["x"]}, "options"),
        ({"options": {"size": 1}}, "options"),
        ({"options": {"size": "x" * 200}}, "options"),
        ({"is_active": False}, "is_active"),
    ],
)
def test_a_variant_that_could_not_be_sold_is_refused(db, changes, field):
    variant = on_sale()
    for name, value in changes.items():
        setattr(variant, name, value)

    with pytest.raises(ValidationError) as refused:
        variant.full_clean(exclude={"options"})
    assert field in refused.value.message_dict


def test_an_active_product_has_a_price(db):
    product = ProductFactory()

    with pytest.raises(IntegrityError, match="active_has_price"), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(status=Product.Status.ACTIVE)


@pytest.mark.parametrize(("first", "second"), [({}, {}), ({}, {"size": "M"}), ({"size": "M"}, {})])
def test_a_product_without_options_has_exactly_one_variant(db, first, second):
    variant = VariantFactory(options=first)

    with pytest.raises(DatabaseError), transaction.atomic():
        VariantFactory(product=variant.product, options=second)

    assert Variant.objects.get() == variant


def test_options_are_the_same_in_any_order_and_case():
    assert option_key({"Size": "M", "colour": "Red"}) == option_key({"colour": "red", "size": "m"})
