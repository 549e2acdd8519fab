"""What reports say of a small shop whose figures can be counted by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import SellerFactory
from analytics import queries
from analytics.queries import Cell, Days, Figures, Summary
from analytics.tests.factories import back, enter, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from ledger.queries import Interval

MONTH = Days(date(2026, 3, 1), date(2026, 3, 31))
EMPTY = Days(date(2020, 1, 1), date(2020, 12, 31))


def at(day, hour=12, month=3):
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.fixture
def mug(db):
    return on_sale(price=300, title="Mug", seller=SellerFactory(commission_rate=1000, name="Ann"))


@pytest.fixture
def pan(db):
    return on_sale(price=1000, title="Pan", seller=SellerFactory(commission_rate=2000, name="Ben"))


@pytest.fixture
def _spring(mug, pan, bob, charlie):
    """February: bob. March: bob again, charlie for the first time, and a guest. A mug comes back."""
    enter(
        sale("1", at(10, month=2), PricedLine(mug, 1, 300), buyer=bob),
        sale("2", at(2, 9), PricedLine(mug, 2, 300), PricedLine(pan, 1, 1000), buyer=bob),
        sale("3", at(9, 9), PricedLine(pan, 1, 1000, discount=100, shipping=50), buyer=charlie),
        sale("4", at(10, 23), PricedLine(mug, 5, 300), country="FR"),
        back("2", at(20), {1: 1}),
    )


@pytest.mark.usefixtures("_spring")
def test_the_summary_of_a_month():
    found = queries.summary(MONTH)

    assert found == Summary(
        MONTH,
        Figures(
            orders=3,
            lines=4,
            units=9,
            gross=600 + 1000 + 1050 + 1500,
            discount=100,
            shipping=50,
            commission=60 + 200 + 180 + 150,
            refunded=300,
            refunded_units=1,
            refunded_commission=30,
        ),
        customers=2,
        new_customers=1,
    )
    assert (found.figures.net, found.figures.earned) == (3750, 560)
    assert found.figures.take_rate == Decimal("0.1493")
    assert found.figures.average_order == 1350
    assert found.returning_customers == 1


@pytest.mark.usefixtures("_spring")
def test_the_summary_of_a_seller(mug, pan):
    ann, ben = mug.product.seller_id, pan.product.seller_id

    of_ann, of_ben = queries.summary(MONTH, ann), queries.summary(MONTH, ben)

    assert (of_ann.figures.orders, of_ben.figures.orders) == (2, 2)
    assert (of_ann.figures.net, of_ben.figures.net) == (1800, 1950)
    assert (of_ann.customers, of_ann.new_customers) == (1, 0)
    assert (of_ben.customers, of_ben.new_customers) == (2, 2)


@pytest.mark.usefixtures("_spring")
def test_a_range_without_sales_is_a_report_of_zeros():
    assert queries.summary(EMPTY) == Summary(EMPTY, Figures(), 0, 0)
    assert (Figures().take_rate, Figures().average_order, Figures().net) == (Decimal(0), 0, 0)
    trend = queries.trend(EMPTY, Interval.DAY)
    assert len(trend.points) == 366
    assert trend.total == trend.previous_total == Figures()
    parts = (queries.categories, queries.products, queries.sellers, queries.countries)
    assert [part(EMPTY) for part in parts] == [[], [], [], []]
    assert {(c.orders, c.units, c.paid) for c in queries.heat_map(EMPTY)} == {(0, 0, 0)}
    assert {(s.customers, s.orders, s.net) for s in queries.segments(EMPTY)} == {(0, 0, 0)}
    assert [set(cohort.active) for cohort in queries.cohorts(EMPTY)] == [{0}] * 12
    assert queries.pairs(EMPTY) == []


@pytest.mark.usefixtures("_spring")
def test_weeks_and_months_as_far_as_they_were_asked_for():
    weeks = queries.trend(MONTH, Interval.WEEK)
    months = queries.trend(Days(date(2026, 2, 10), date(2026, 3, 9)), Interval.MONTH)

    assert [(p.days.first.day, p.days.count, p.figures.net) for p in weeks.points] == [
        (1, 1, 0),
        (2, 7, 1600),
        (9, 7, 2450),
        (16, 7, -300),
        (23, 7, 0),
        (30, 2, 0),
    ]
    assert [p.figures.net for p in months.points] == [300, 2550]
    assert weeks.previous_total.net == 300
    assert months.previous_total.net == 0


@pytest.mark.usefixtures("_spring")
def test_a_moving_average_takes_the_days_before_along():
    trend = queries.trend(Days(date(2026, 3, 3), date(2026, 3, 10)), Interval.DAY)

    assert [point.figures.net for point in trend.points] == [0, 0, 0, 0, 0, 0, 950, 1500]
    assert [point.average for point in trend.points] == [229, 229, 229, 229, 229, 229, 136, 350]
    assert [point.before.first.day for point in trend.points] == [23, 24, 25, 26, 27, 28, 1, 2]


@pytest.mark.usefixtures("_spring")
def test_a_moving_average_is_of_whole_weeks_and_months_and_of_none_that_the_days_cut_short():
    """From Sunday 1 March, whose week began in February, to Tuesday 31 March."""
    weeks = queries.trend(MONTH, Interval.WEEK)
    months = queries.trend(Days(date(2026, 2, 10), date(2026, 4, 9)), Interval.MONTH)
    day = queries.trend(Days(date(2026, 3, 9), date(2026, 3, 9)), Interval.DAY)

    assert [point.average for point in weeks.points] == [75, 475, 1012, 938, 938, None]
    assert [point.average for point in months.points] == [100, 1350, None]
    assert [point.average for point in day.points] == [136]


@pytest.mark.usefixtures("_spring")
def test_the_parts_add_up_to_the_whole_and_the_best_comes_first(mug, pan):
    whole = queries.summary(MONTH).figures.net
    parts = {
        "categories": queries.categories(MONTH),
        "products": queries.products(MONTH),
        "sellers": queries.sellers(MONTH),
        "countries": queries.countries(MONTH),
    }

    assert {
        name: sum(p.figures.net for p in rows) for name, rows in parts.items()
    } == dict.fromkeys(parts, whole)
    assert {name: [(p.name, p.figures.orders) for p in rows] for name, rows in parts.items()} == {
        "categories": [(pan.product.category.name, None), (mug.product.category.name, None)],
        "products": [("Pan", 2), ("Mug", 2)],
        "sellers": [("Ben", 2), ("Ann", 2)],
        "countries": [("United Kingdom", 2), ("France", 1)],
    }
    assert [part.key for part in queries.products(MONTH, limit=1)] == [pan.product_id]
    assert [part.key for part in queries.products(MONTH, mug.product.seller_id)] == [mug.product_id]


@pytest.mark.usefixtures("_spring")
def test_the_week_by_the_hour():
    cells = queries.heat_map(MONTH)

    assert len(cells) == 168
    assert [cell for cell in cells if cell.orders] == [
        Cell(weekday=1, hour=9, orders=2, units=4, paid=2550),
        Cell(weekday=2, hour=23, orders=1, units=5, paid=1500),
    ]


@pytest.mark.usefixtures("_spring")
def test_cohorts_and_how_many_of_them_came_back(mug):
    spring = Days(date(2026, 2, 14), date(2026, 4, 3))

    found = queries.cohorts(spring)

    assert [(cohort.month, cohort.active) for cohort in found] == [
        (date(2026, 2, 1), (1, 1, 0)),
        (date(2026, 3, 1), (1, 0)),
        (date(2026, 4, 1), (0,)),
    ]
    assert [c.active for c in queries.cohorts(MONTH)] == [(1,)]
    assert [c.active for c in queries.cohorts(spring, mug.product.seller_id)] == [
        (1, 1, 0),
        (0, 0),
        (0,),
    ]


@pytest.mark.usefixtures("_spring")
def test_every_report_costs_the_same_number_of_queries_however_much_was_sold(mug, pan):
    reports = (
        queries.summary,
        lambda days: queries.trend(days, Interval.DAY),
        queries.categories,
        queries.products,
        queries.sellers,
        queries.countries,
        queries.heat_map,
        queries.segments,
        queries.cohorts,
        lambda days: queries.pairs(days, at_least=1),
    )

    def costs():
        found = []
        for report in reports:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                report(MONTH)
            found.append(len(asked))
        return found

    before = costs()
    third = on_sale(price=500)
    enter(
        *(
            sale(f"more:{n}", at(n), *(PricedLine(v, 1, 500) for v in (mug, pan, third)))
            for n in range(1, 9)
        )
    )

    assert before == costs() == [2, 1, 2, 2, 2, 1, 1, 1, 1, 3]
