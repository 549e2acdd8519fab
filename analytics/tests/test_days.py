"""Which day something falls on, where clocks are changed, and what ranges there are."""

from datetime import UTC, date, datetime

import pytest

from analytics.models import CustomerFact, HourFact, SalesFact, Source
from analytics.queries import Days, trend
from analytics.services import rebuild_month
from analytics.tests.factories import back, enter, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from core.errors import Invalid
from ledger.queries import Interval


@pytest.fixture
def cup(db):
    return on_sale(price=100)


def hours():
    return [
        tuple(row)
        for row in HourFact.objects.order_by("day", "hour").values_list("day", "hour", "orders")
    ]


def sell(cup, *instants):
    line = PricedLine(cup, 1, 100)
    enter(*(sale(f"old:{at.isoformat()}", at, line) for at in instants))


def test_the_hour_that_is_skipped_in_spring_is_nobodys(cup):
    sell(
        cup,
        datetime(2011, 3, 27, 0, 59, 59, 999999, tzinfo=UTC),
        datetime(2011, 3, 27, 1, 0, tzinfo=UTC),
        datetime(2011, 3, 27, 22, 59, tzinfo=UTC),
        datetime(2011, 3, 27, 23, 0, tzinfo=UTC),
    )

    sunday, monday = date(2011, 3, 27), date(2011, 3, 28)
    assert hours() == [(sunday, 0, 1), (sunday, 2, 1), (sunday, 23, 1), (monday, 0, 1)]
    for fact in (SalesFact, CustomerFact):
        assert list(fact.objects.order_by("day").values_list("day", "orders")) == [
            (sunday, 3),
            (monday, 1),
        ]


def test_the_hour_that_comes_twice_in_autumn_adds_up(cup):
    sell(
        cup,
        datetime(2011, 10, 29, 22, 59, tzinfo=UTC),
        datetime(2011, 10, 29, 23, 0, tzinfo=UTC),
        datetime(2011, 10, 30, 0, 30, tzinfo=UTC),
        datetime(2011, 10, 30, 1, 30, tzinfo=UTC),
        datetime(2011, 10, 30, 23, 59, tzinfo=UTC),
        datetime(2011, 10, 31, 0, 0, tzinfo=UTC),
    )

    saturday, sunday, monday = (date(2011, 10, day) for day in (29, 30, 31))
    assert hours() == [
        (saturday, 23, 1),
        (sunday, 0, 1),
        (sunday, 1, 2),
        (sunday, 23, 1),
        (monday, 0, 1),
    ]


def test_a_month_ends_at_the_shops_midnight(cup):
    sell(cup, datetime(2011, 5, 31, 22, 59, tzinfo=UTC), datetime(2011, 5, 31, 23, 0, tzinfo=UTC))

    points = trend(Days(date(2011, 5, 31), date(2011, 6, 1)), Interval.MONTH).points

    assert [(point.days.first, point.figures.orders) for point in points] == [
        (date(2011, 5, 31), 1),
        (date(2011, 6, 1), 1),
    ]


@pytest.mark.parametrize("months", [(5, 6, 7), (7, 6, 5)])
def test_a_shop_that_moves_is_counted_anew_by_its_new_clock(cup, settings, months):
    line = PricedLine(cup, 2, 100)
    enter(
        sale("old:1", datetime(2011, 5, 31, 23, 30, tzinfo=UTC), line),
        sale("old:2", datetime(2011, 6, 1, 3, 0, tzinfo=UTC), line),
        back("old:1", datetime(2011, 6, 30, 23, 30, tzinfo=UTC), {1: 1}),
    )

    settings.TIME_ZONE = "America/New_York"
    for month in months:
        rebuild_month(date(2011, month, 1))

    assert list(HourFact.objects.order_by("day", "hour").values_list("day", "hour")) == [
        (date(2011, 5, 31), 19),
        (date(2011, 5, 31), 23),
        (date(2011, 6, 30), 19),
    ]
    assert Source.objects.count() == 5


@pytest.mark.parametrize(("text", "first"), [("7d", date(2026, 3, 25)), ("365d", date(2025, 4, 1))])
def test_the_last_days_end_today(text, first):
    days = Days.up_to(date(2026, 3, 31), text)

    assert days == Days(first, date(2026, 3, 31))
    assert days.count == int(text[:-1])


@pytest.mark.parametrize(
    "text", ["", "6d", "366d", "30", "d", "-7d", "30d ", "\u0663\u0660d", "1e2d", "9999d"]
)
def test_other_ranges_are_refused(text):
    with pytest.raises(Invalid) as refused:
        Days.up_to(date(2026, 3, 31), text)

    assert refused.value.field == "range"


def test_days_run_forward_and_not_for_ever():
    assert Days.between(date(2024, 1, 1), date(2024, 12, 31)).count == 366
    for first, last in ((date(2026, 1, 2), date(2026, 1, 1)), (date(2024, 1, 1), date(2025, 1, 1))):
        with pytest.raises(Invalid) as refused:
            Days.between(first, last)
        assert refused.value.field == "from"


def test_the_previous_days_are_as_many():
    days = Days(date(2024, 3, 1), date(2024, 3, 31))

    assert days.previous == Days(date(2024, 1, 30), date(2024, 2, 29))
