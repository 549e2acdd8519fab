"""Stock, options and offers: what the database refuses, and what is kept from variants."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from catalog.errors import OutOfStock
from catalog.models import Product, StockMovement, Variant, option_key
from catalog.services import add_variant, change_variant, take_stock
from catalog.tests.factories import ProductFactory, VariantFactory, on_sale
from core.ids import uuid7

NOW = timezone.now()


def test_stock_cannot_go_below_zero_whoever_writes(db):
    variant = VariantFactory(stock=1)

    with pytest.raises(IntegrityError, match="stock_not_negative"), transaction.atomic():
        Variant.objects.filter(pk=variant.pk).update(stock=-1)

    variant.refresh_from_db()
    assert variant.stock == 1


def test_take_says_what_is_left_and_refuses_more(db):
    variant = VariantFactory(stock=5)

    assert variant.take(2, at=NOW) == 3
    with pytest.raises(OutOfStock) as refused:
        variant.take(4, at=NOW)

    assert refused.value.facts == {"sku": variant.sku, "asked": 4, "available": 3}
    variant.refresh_from_db()
    assert (variant.stock, variant.version) == (3, 2)


def test_take_stock_takes_everything_or_nothing_and_says_why(db):
    plenty, scarce = on_sale(stock=9), on_sale(stock=1)
    order = uuid7()

    with pytest.raises(OutOfStock):
        take_stock({plenty: 2, scarce: 2}, reference=order, at=NOW)
    assert not StockMovement.objects.exists()

    take_stock({plenty: 2, scarce: 1}, reference=order, at=NOW)

    moved = StockMovement.objects.order_by("change").values_list(
        "variant", "change", "stock_after", "reason", "reference"
    )
    assert list(moved) == [
        (plenty.pk, -2, 7, "sale", order),
        (scarce.pk, -1, 0, "sale", order),
    ]
    assert Product.objects.get(pk=plenty.product_id).in_stock is True
    assert Product.objects.get(pk=scarce.product_id).in_stock is False


def test_a_product_shows_its_lowest_active_price(db):
    variant = on_sale(price=900)
    Variant.objects.filter(pk=variant.pk).update(option_key="size=m")
    large = VariantFactory.build(product=variant.product, options={"size": "L"}, price=700)
    add_variant(large, at=NOW)
    assert Product.objects.get().price == 700

    large.is_active = False
    change_variant(large, {"is_active"}, at=NOW)

    assert Product.objects.get().price == 900


def test_a_change_of_a_variant_leaves_what_was_sold_meanwhile_sold(db):
    variant = on_sale(stock=3)
    seen = Variant.objects.get()
    take_stock({variant: 3}, reference=uuid7(), at=NOW)

    seen.position = 7
    change_variant(seen, {"position"}, at=NOW)

    variant.refresh_from_db()
    assert (variant.position, variant.stock, variant.version) == (7, 0, 3)
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


def test_a_movement_cannot_be_changed_afterwards(db):
    variant = on_sale()
    take_stock({variant: 1}, reference=uuid7(), at=NOW)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        StockMovement.objects.update(change=-2)


@pytest.mark.postgresql
@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_two_variants_that_sell_out_together_leave_the_product_sold_out():
    first = on_sale(stock=1)
    Variant.objects.filter(pk=first.pk).update(option_key="size=m")
    second = VariantFactory(product=first.product, options={"size": "L"}, stock=1)
    barrier = Barrier(2)

    def sell(variant):
        try:
            with transaction.atomic():
                barrier.wait()
                take_stock({variant: 1}, reference=uuid7(), at=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(sell, [first, second]))

    assert Product.objects.get().in_stock is False
