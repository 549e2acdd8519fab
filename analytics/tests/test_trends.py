"""Points of a trend, and what stands beside them, whatever days are asked for and however they are cut."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tests.factories import SellerFactory
from analytics.models import HourFact
from analytics.queries import Days, Figures, summary, trend
from ledger.queries import Interval

SINCE = date(2025, 11, 17)
COUNT = 200


@pytest.fixture
def _sold(db):
    """Every day another amount: a sum with a day too many or too few is no sum of others."""
    seller = SellerFactory()
    HourFact.objects.bulk_create(
        HourFact(
            day=SINCE + timedelta(days=n),
            hour=n % 24,
            seller=seller,
            currency="GBP",
            lines=1,
            units=1,
            orders=1,
            seller_orders=1,
            gross=n * n + 1,
        )
        for n in range(COUNT)
    )


@pytest.mark.usefixtures("_sold")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=st.integers(0, COUNT), count=st.integers(1, 120), interval=st.sampled_from(Interval))
def test_points_and_what_stands_beside_them_add_up_to_the_days_and_those_before(
    first, count, interval
):
    since = SINCE + timedelta(days=first)
    days = Days(since, since + timedelta(days=count - 1))

    found = trend(days, interval)

    assert [day for point in found.points for day in point.days] == list(days)
    assert [day for point in found.points for day in point.before] == list(days.previous)
    assert all(point.before.count == point.days.count for point in found.points)
    assert sum(point.previous.net for point in found.points) == summary(days.previous).figures.net
    assert (found.total, found.previous_total) == (
        summary(days).figures,
        summary(days.previous).figures,
    )


def test_days_that_were_not_sold_on_are_pairs_of_zeros(db):
    [point] = trend(Days(SINCE, SINCE), Interval.WEEK).points

    assert (point.figures, point.previous, point.average) == (Figures(), Figures(), None)
