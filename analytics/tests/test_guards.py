"""What the database refuses to take for a fact."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F

from analytics.models import CustomerFact, HourFact, PairFact, SalesFact, Source
from analytics.tests.factories import enter, rows, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale

AT = datetime(2026, 1, 2, 15, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def counted(db):
    enter(sale("old:1", AT, PricedLine(on_sale(price=100), 2, 100), PricedLine(on_sale(), 1, 1000)))


def refused(write):
    before = rows()
    with pytest.raises(DatabaseError), transaction.atomic():
        write()
    assert rows() == before


@pytest.mark.parametrize("fact", [SalesFact, CustomerFact, HourFact])
@pytest.mark.parametrize(
    "change",
    [
        {"lines": -1},
        {"units": 0},
        {"orders": -1},
        {"orders": F("seller_orders") + 1},
        {"seller_orders": F("lines") + 1},
        {"baskets": F("orders") + 1},
        {"sponsored": 1},
        {"discount": F("gross") + 1},
        {"shipping": -1},
        {"shipping": F("gross") + 1},
        {"commission": -1},
        {"tax": -1},
        {"refunded": -1},
        {"refunded_units": -1},
        {"refunded_sponsored": -1},
        {"refunded_commission": -1},
        {"refunded_tax": -1},
    ],
    ids=str,
)
def test_measures_that_do_not_fit_are_refused(fact, change):
    refused(lambda: fact.objects.update(**change))


def test_there_is_one_row_of_each_kind():
    for fact in (SalesFact, CustomerFact, HourFact, PairFact):
        row = fact.objects.values().first()
        refused(lambda fact=fact, row=row: fact.objects.bulk_create([fact(**row)]))


def test_a_source_is_there_once():
    row = Source.objects.values().first()

    refused(lambda: Source.objects.create(**{**row, "id": None}))


@pytest.mark.parametrize("table", [HourFact, Source])
def test_a_day_has_no_hour_24(table):
    refused(lambda: table.objects.update(hour=24))


def test_a_pair_has_its_smaller_id_first_and_somebody_who_bought_it():
    pair = PairFact.objects.exclude(first=F("second")).get()

    turned = PairFact(
        month=date(2026, 1, 1), first_id=pair.second_id, second_id=pair.first_id, baskets=1
    )
    refused(lambda: PairFact.objects.bulk_create([turned]))
    refused(lambda: PairFact.objects.update(baskets=0))
