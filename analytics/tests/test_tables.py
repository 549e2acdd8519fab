"""A report as tables and as a JSON body, of a small shop that can be counted by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.tests.factories import SellerFactory
from analytics.documents.body import body
from analytics.documents.tables import TABLES, names, table
from analytics.queries import Days, SalesReport
from analytics.tests.factories import back, enter, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from ledger.queries import Interval

WEEK = Days(date(2026, 3, 2), date(2026, 3, 8))


def at(day):
    return datetime(2026, 3, day, 12, tzinfo=UTC)


PAIRED = ((1, 30), (2, 28), (3, 10))


def beside(report):
    """Each point's first day and net, its average, and what it stands beside."""
    names = ("from", "net", "moving_average", "previous_from", "previous_net")
    return [tuple(point[name] for name in names) for point in table(report, "trend").records()]


@pytest.fixture
def mug(db):
    return on_sale(price=300, title="Mug", seller=SellerFactory(commission_rate=1000, name="Ann"))


@pytest.fixture
def _sold(mug, bob):
    """A mug the week before, four in the week, of which one comes back."""
    enter(
        sale("1", at(1), PricedLine(mug, 1, 300), buyer=bob),
        sale("2", at(3), PricedLine(mug, 4, 300), buyer=bob),
        back("2", at(4), {1: 1}),
    )


@pytest.mark.usefixtures("_sold")
def test_the_body_has_the_days_their_figures_and_those_of_the_days_before():
    found = body(SalesReport(WEEK))

    assert {name: found[name] for name in ("from", "to", "group_by", "currency", "seller")} == {
        "from": "2026-03-02",
        "to": "2026-03-08",
        "group_by": "day",
        "currency": "GBP",
        "seller": None,
    }
    assert found["summary"] == {
        "from": "2026-03-02",
        "to": "2026-03-08",
        "orders": 1,
        "units": 4,
        "gross": "12.00",
        "discounts": "0.00",
        "refunds": "3.00",
        "net": "9.00",
        "commission": "0.90",
        "take_rate": "0.1000",
        "average_order": "12.00",
        "customers": 1,
        "new_customers": 0,
        "returning_customers": 1,
    }
    assert (found["previous"]["from"], found["previous"]["net"]) == ("2026-02-23", "3.00")
    assert (found["previous"]["new_customers"], found["countries"][0]["code"]) == (1, "GB")


@pytest.mark.usefixtures("_sold")
def test_a_point_stands_beside_the_one_that_is_as_far_into_the_days_before():
    points = table(SalesReport(WEEK), "trend").records()

    assert [(point["net"], point["previous_net"]) for point in points] == [
        (0, 0),
        (1200, 0),
        (-300, 0),
        (0, 0),
        (0, 0),
        (0, 0),
        (0, 300),
    ]
    assert points[-1]["previous_from"] == date(2026, 3, 1)


def test_the_days_before_are_cut_at_the_same_distances_so_that_none_is_left_out(mug):
    """By calendar months they would be two, 29 to 31 January and February, beside the one of March."""
    january, february, march = (datetime(2026, m, d, 12, tzinfo=UTC) for m, d in PAIRED)
    enter(
        sale("1", january, PricedLine(mug, 1, 300)),
        sale("2", february, PricedLine(mug, 3, 300)),
        sale("3", march, PricedLine(mug, 5, 300)),
    )
    whole = SalesReport(Days(date(2026, 3, 1), date(2026, 3, 31)), Interval.MONTH)
    cut = SalesReport(Days(date(2026, 2, 20), date(2026, 3, 10)), Interval.MONTH)

    assert beside(whole) == [(date(2026, 3, 1), 1500, 900, date(2026, 1, 29), 1200)]
    assert table(whole, "summary").records()[1]["net"] == 1200
    assert beside(cut) == [
        (date(2026, 2, 20), 900, 400, date(2026, 2, 1), 0),
        (date(2026, 3, 1), 1500, None, date(2026, 2, 10), 0),
    ]


def test_a_report_without_sales_has_every_table(db):
    report = SalesReport(WEEK)

    rows = {name: len(table(report, name).rows) for name in names(report)}

    assert rows == dict.fromkeys(TABLES, 0) | {
        "summary": 2,
        "trend": 7,
        "hours": 168,
        "segments": 9,
        "cohorts": 1,
    }
    assert table(report, "cohorts").rows == [(date(2026, 3, 1), 0, 0, Decimal("0.0000"))]


def test_a_sellers_report_says_nothing_of_other_sellers(mug):
    own = SalesReport(WEEK, seller_id=mug.product.seller_id)

    assert "sellers" not in names(own)
    assert "sellers" not in body(own)
    with pytest.raises(KeyError):
        table(own, "sellers")
