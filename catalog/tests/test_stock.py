"""Stock: moved by movements alone, which are a chain; refused, raced for, corrected and listed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import SellerFactory
from catalog.errors import OutOfStock
from catalog.models import Product, StockMovement, Variant
from catalog.services import adjust_stock, count_stock, return_stock, take_stock
from catalog.tests.factories import VariantFactory, move_stock, on_sale, sell
from core.ids import uuid7

NOW = timezone.now()
KEY = {"Idempotency-Key": "a"}


def movements(variant):
    rows = variant.movements.order_by("seq")
    return list(rows.values_list("seq", "change", "stock_after", "reason"))


def raw(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalog_variant SET stock = 100",
        "UPDATE catalog_variant SET stock = -1",
        "UPDATE catalog_variant SET stock = 100, stock_seq = stock_seq + 1",
        "UPDATE catalog_variant SET stock = 2, stock_seq = 1",
        "UPDATE catalog_variant SET stock_seq = stock_seq + 1",
        "UPDATE catalog_stockmovement SET stock_after = 100",
        "DELETE FROM catalog_stockmovement",
    ],
)
def test_only_a_movement_changes_a_stock_whoever_writes(db, statement):
    variant = VariantFactory(stock=2)
    move_stock(variant, 3)

    with pytest.raises(DatabaseError):
        raw(statement)

    variant.refresh_from_db()
    assert (variant.stock, variant.stock_seq) == (5, 2)
    assert movements(variant) == [(1, 2, 2, "opening"), (2, 3, 5, "opening")]


@pytest.mark.parametrize(
    ("seq", "change", "stock_after"),
    [(2, 1, 4), (2, 1, 2), (3, 1, 6), (1, 1, 6), (2, -6, -1), (2, 0, 5)],
)
def test_a_movement_follows_the_last_one(db, seq, change, stock_after):
    variant = VariantFactory(stock=5)
    wrong = StockMovement(
        variant=variant, seq=seq, change=change, stock_after=stock_after, reason="sale", at=NOW
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        wrong.save(force_insert=True)

    variant.refresh_from_db()
    assert (variant.stock, movements(variant)) == (5, [(1, 5, 5, "opening")])


def test_a_variant_opens_empty(db):
    variant = VariantFactory.build(product=on_sale().product, options={"size": "L"}, stock=3)

    with pytest.raises(IntegrityError, match="opens empty"), transaction.atomic():
        variant.save(force_insert=True)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="INSERT OR REPLACE is SQLite's")
def test_replacing_a_variant_does_not_empty_it(db):
    VariantFactory(stock=5)
    columns = [field.column for field in Variant._meta.concrete_fields]
    emptied = ["0" if name in {"stock", "stock_seq"} else name for name in columns]

    with pytest.raises(DatabaseError, match="REPLACE is refused"):
        raw(
            f"INSERT OR REPLACE INTO catalog_variant ({', '.join(columns)}) "
            f"SELECT {', '.join(emptied)} FROM catalog_variant"
        )

    assert Variant.objects.get().stock == 5


def test_take_stock_takes_everything_or_nothing_and_says_why(db):
    plenty, scarce = on_sale(stock=9), on_sale(stock=1)
    order = uuid7()

    with pytest.raises(OutOfStock):
        sell({plenty: 2, scarce: 2}, order)
    assert not StockMovement.objects.filter(reference=order).exists()

    sell({plenty: 2, scarce: 1}, order)

    moved = (
        StockMovement.objects.filter(reference=order)
        .order_by("change")
        .values_list("variant", "change", "stock_after", "reason", "reference")
    )
    assert list(moved) == [
        (plenty.pk, -2, 7, "sale", order),
        (scarce.pk, -1, 0, "sale", order),
    ]
    assert Product.objects.get(pk=plenty.product_id).in_stock is True
    assert Product.objects.get(pk=scarce.product_id).in_stock is False


def test_take_stock_sells_nothing_of_a_variant_that_moved_since_it_was_read(db):
    stale = on_sale(stock=2)
    sell({stale: 2})

    with pytest.raises(IntegrityError, match="does not follow"), transaction.atomic():
        take_stock({stale: 1}, reference=uuid7(), at=NOW)

    assert Variant.objects.get().stock == 0


def test_what_comes_back_is_on_sale_again(db):
    variant = on_sale(stock=1)
    sell({variant: 1})
    assert Product.objects.get().in_stock is False

    return_stock({variant: 1}, reference=uuid7(), at=NOW)

    assert Product.objects.get().in_stock is True
    assert movements(variant)[-1] == (3, 1, 1, "return")


def test_a_stock_is_corrected_by_a_change_or_a_count(db, alice):
    variant = on_sale(stock=5)
    said = {"note": "Broken", "actor_id": alice.pk, "at": NOW}

    adjust_stock(variant, -2, **said)
    assert count_stock(variant, 3, **said) is None
    count_stock(variant, 0, **said)
    with pytest.raises(OutOfStock):
        adjust_stock(variant, -1, **said)

    assert movements(variant)[1:] == [(2, -2, 3, "adjustment"), (3, -3, 0, "adjustment")]
    assert set(variant.movements.values_list("note", "actor_id")[1:]) == {("Broken", alice.pk)}
    assert Product.objects.get().in_stock is False


def test_an_adjustment_by_api_happens_once_and_its_history_shows(api, alice):
    variant = on_sale(stock=5, seller=alice.seller)
    url = f"/api/v1/seller/variants/{variant.pk}/stock"
    client = api(alice, **KEY)

    first = client.post(url, {"change": -2, "note": "Broken"})
    again = client.post(url, {"change": -2, "note": "Broken"})

    assert (first.status_code, first.json()["stock_quantity"]) == (200, 3)
    assert again.headers["Idempotent-Replayed"] == "true"
    shown = client.get(url).json()["results"]
    assert [(m["seq"], m["change"], m["stock_after"], m["note"]) for m in shown] == [
        (2, -2, 3, "Broken"),
        (1, 5, 5, ""),
    ]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "change"),
        ({"change": 0}, 400, "change"),
        ({"change": 1, "counted": 1}, 400, "change"),
        ({"change": 1.5}, 400, "change"),
        ({"counted": -1}, 400, "counted"),
        ({"change": 1, "reason": "sale"}, 400, "reason"),
        ({"change": -6}, 409, None),
    ],
)
def test_a_wrong_adjustment_is_refused(api, alice, body, status, field):
    variant = on_sale(stock=5, seller=alice.seller)

    answer = api(alice, **KEY).post(f"/api/v1/seller/variants/{variant.pk}/stock", body)

    assert answer.status_code == status
    assert [e["field"] for e in answer.json()["errors"]] == ([field] if field else [])
    assert movements(variant) == [(1, 5, 5, "opening")]


def test_nobody_else_moves_or_sees_a_sellers_stock(api, alice, bob, dana):
    variant = on_sale(stock=5, seller=alice.seller)
    url = f"/api/v1/seller/variants/{variant.pk}/stock"
    rival = SellerFactory().user

    for user, status in ((rival, 404), (bob, 403), (dana, 403)):
        assert api(user, **KEY).post(url, {"change": 1}).status_code == status
        assert api(user).get(url).status_code == status
    assert movements(variant) == [(1, 5, 5, "opening")]


def test_low_stock_is_listed_by_each_variants_own_threshold(api, alice, django_assert_num_queries):
    for stock, threshold in ((3, 3), (1, 2), (4, 3), (0, 0)):
        variant = on_sale(stock=stock, seller=alice.seller)
        Variant.objects.filter(pk=variant.pk).update(low_stock_at=threshold)
    archived = on_sale(stock=0, seller=alice.seller)
    Product.objects.filter(pk=archived.product_id).update(status="archived")
    on_sale(stock=0)
    client = api(alice)

    with django_assert_num_queries(3):
        low = client.get("/api/v1/seller/stock/low").json()["results"]

    assert [(v["stock_quantity"], v["low_stock_at"]) for v in low] == [(0, 0), (1, 2), (3, 3)]


def test_the_back_office_counts_a_stock_and_finds_what_is_low(client, dana):
    variant, low = on_sale(stock=5), on_sale(stock=0)
    client.force_login(dana)
    url = reverse("admin:catalog_variant_change", args=[variant.pk])
    form = {"sku": variant.sku, "options": "{}", "price": 1000, "position": 0, "is_active": "on"}

    answer = client.post(
        url, {**form, "low_stock_at": 0, "weight": 0, "counted": 2, "note": "Two broke"}
    )

    assert answer.status_code == 302
    assert movements(variant)[1:] == [(2, -3, 2, "adjustment")]
    last = variant.movements.get(seq=2)
    assert (last.note, last.actor_id) == ("Two broke", dana.pk)
    shown = client.get(reverse("admin:catalog_variant_changelist"), {"low": "yes"})
    assert list(shown.context["cl"].result_list) == [low]


def race(*jobs):
    """Run each in a thread and transaction of its own, all at once; who was refused."""
    barrier = Barrier(len(jobs))

    def run(job):
        try:
            with transaction.atomic():
                barrier.wait()
                job()
        except OutOfStock:
            return True
        finally:
            connection.close()
        return False

    with ThreadPoolExecutor(len(jobs)) as pool:
        return sum(pool.map(run, jobs))


@pytest.mark.postgresql
@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_sales_and_corrections_of_one_variant_queue_up():
    variant = on_sale(stock=3)
    said = {"note": "", "actor_id": None, "at": NOW}

    refused = race(
        *[lambda: sell({variant: 1})] * 4,
        *[lambda: adjust_stock(variant, -1, **said)] * 2,
    )

    assert refused == 3
    assert [row[2] for row in movements(variant)] == [3, 2, 1, 0]
    assert Product.objects.get().in_stock is False


@pytest.mark.postgresql
@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_two_variants_that_sell_out_together_leave_the_product_sold_out():
    first = on_sale(stock=1)
    Variant.objects.filter(pk=first.pk).update(option_key="size=m")
    second = VariantFactory(product=first.product, options={"size": "L"}, stock=1)
    barrier = Barrier(2)

    def take(variant):
        try:
            with transaction.atomic():
                barrier.wait()
                sell({variant: 1})
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take, [first, second]))

    assert Product.objects.get().in_stock is False
