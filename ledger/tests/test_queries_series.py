"""Balances at the ends of days, weeks and months, wherever those end."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.errors import Invalid
from core.ids import uuid7
from core.money import Money
from ledger import queries
from ledger.chart import AccountSpec, wallet
from ledger.models import Account
from ledger.queries import Interval, periods
from ledger.services import post
from ledger.tests.books import fund, move, pot
from ledger.tests.held import place

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
CAIRO, HAVANA = ZoneInfo("Africa/Cairo"), ZoneInfo("America/Havana")
LAST = timedelta(microseconds=1)

USER = uuid7()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ends(since: str, until: str, interval: Interval, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Each period's first day, and the instant (UTC) after its last."""
    found = periods(utc(since), utc(until), interval, zone)
    return [(str(each.start), f"{each.at + LAST:%Y-%m-%dT%H:%M:%S.%f}") for each in found]


def test_days_end_at_local_midnight_on_either_side_of_summer_time() -> None:
    assert ends("2026-03-28T12:00", "2026-03-30T23:00", Interval.DAY, LONDON)[:3] == [
        ("2026-03-28", "2026-03-29T00:00:00.000000"),
        ("2026-03-29", "2026-03-29T23:00:00.000000"),
        ("2026-03-30", "2026-03-30T23:00:00.000000"),
    ]
    assert ends("2026-10-31T12:00", "2026-11-02T12:00", Interval.DAY, NEW_YORK)[:2] == [
        ("2026-10-31", "2026-11-01T04:00:00.000000"),
        ("2026-11-01", "2026-11-02T05:00:00.000000"),
    ]


def test_a_midnight_that_clocks_skip_or_show_twice_is_one_instant() -> None:
    """In Cairo midnight jumps to one o'clock; in Havana one o'clock goes back to midnight."""
    assert ends("2024-04-25T12:00", "2024-04-26T12:00", Interval.DAY, CAIRO)[0] == (
        "2024-04-25",
        "2024-04-25T22:00:00.000000",
    )
    assert ends("2024-11-02T12:00", "2024-11-03T12:00", Interval.DAY, HAVANA)[0] == (
        "2024-11-02",
        "2024-11-03T04:00:00.000000",
    )


def test_weeks_begin_on_monday_and_months_on_their_first() -> None:
    assert ends("2026-11-18T12:00", "2026-11-30T00:00", Interval.WEEK, LONDON) == [
        ("2026-11-16", "2026-11-23T00:00:00.000000"),
        ("2026-11-23", "2026-11-30T00:00:00.000000"),
        ("2026-11-30", "2026-11-30T00:00:00.000001"),
    ]
    assert ends("2024-01-31T12:00", "2024-04-30T23:00", Interval.MONTH, LONDON)[:4] == [
        ("2024-01-01", "2024-02-01T00:00:00.000000"),
        ("2024-02-01", "2024-03-01T00:00:00.000000"),
        ("2024-03-01", "2024-03-31T23:00:00.000000"),
        ("2024-04-01", "2024-04-30T23:00:00.000000"),
    ]


def test_the_last_period_ends_where_it_was_asked_to() -> None:
    until = utc("2026-11-21T15:30")

    [only] = periods(utc("2026-11-21T09:00"), until, Interval.DAY, LONDON)

    assert only == queries.Period(date(2026, 11, 21), until)


def test_the_evening_in_new_york_is_the_day_before_in_utc() -> None:
    [only] = periods(utc("2026-11-21T01:00"), utc("2026-11-21T02:00"), Interval.DAY, NEW_YORK)

    assert only.start == date(2026, 11, 20)


@pytest.mark.parametrize("interval", list(Interval))
def test_there_are_366_points_at_most(interval: Interval) -> None:
    step = {"day": timedelta(days=1), "week": timedelta(weeks=1), "month": timedelta(days=30.4)}
    since = utc("1985-01-01T12:00")

    until = since + 365 * step[interval]
    assert 360 < len(periods(since, until, interval, LONDON)) <= 366
    for more in (367, 380, 12_000):
        with pytest.raises(Invalid, match="366") as refused:
            periods(since, min(since + more * step[interval], FAR), interval, LONDON)
        assert refused.value.field == "from"


FAR = utc("2400-01-01T00:00")


def test_a_beginning_after_the_end_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        periods(FAR, FAR - LAST, Interval.DAY, LONDON)
    assert refused.value.field == "from"
    assert len(periods(FAR, FAR, Interval.DAY, LONDON)) == 1


@pytest.mark.django_db
def test_a_series_is_the_balance_at_each_end() -> None:
    first = fund(wallet(USER, "GBP"), 1000).recorded_at
    hold = place(USER, 300)
    fund(wallet(USER, "EUR"), 5)
    instants = [first - LAST, first, hold.created_at, clock.db_now()]
    asked = [queries.Period(date(2026, 1, n), at) for n, at in enumerate(instants, start=1)]

    points = queries.wallet_series(USER, "GBP", asked)

    assert [point.period for point in points] == asked
    shown = [(str(point.available), str(point.held), str(point.total)) for point in points]
    assert shown == [
        ("0.00", "0.00", "0.00"),
        ("10.00", "0.00", "10.00"),
        ("7.00", "3.00", "10.00"),
        ("7.00", "3.00", "10.00"),
    ]
    assert {point.stable for point in points[:3]} == {connection.vendor == "sqlite"}


@pytest.mark.django_db(transaction=True)
def test_points_of_a_settled_past_are_stable() -> None:
    first = fund(wallet(USER, "GBP"), 1000).recorded_at
    asked = [queries.Period(date(2026, 1, 1), first), queries.Period(date(2026, 1, 2), FAR)]

    points = queries.wallet_series(USER, "GBP", asked)

    assert [(str(point.total), point.stable) for point in points] == [
        ("10.00", True),
        ("10.00", False),
    ]


@pytest.mark.django_db
def test_a_series_of_a_split_account_is_its_sum() -> None:
    def till(n: int) -> AccountSpec:
        return AccountSpec(f"till#{n}", Account.Kind.CLEARING, "GBP", min_balance=None)

    first = post(move(till(0), pot("ann"), 100)).recorded_at
    second = post(move(till(7), pot("ann"), 20)).recorded_at
    asked = [queries.Period(date(2026, 1, n), at) for n, at in enumerate((first, second), start=1)]

    points = queries.balance_series("till", asked)

    assert [point.balance for point in points] == [Money(-100, "GBP"), Money(-120, "GBP")]
    with pytest.raises(Account.DoesNotExist, match="nowhere"):
        queries.balance_series("nowhere", asked)


@pytest.mark.django_db
def test_a_series_of_any_length_is_one_statement_of_index_descents() -> None:
    fund(wallet(USER, "GBP"), 1000)
    place(USER, 300)
    end = clock.db_now()
    asked = periods(end - timedelta(days=364), end, Interval.DAY, LONDON)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")  # of few rows it would be quicker

    with CaptureQueriesContext(connection) as captured:
        points = queries.wallet_series(USER, "GBP", asked)

    [sql] = [each["sql"] for each in captured if "ledger_" in each["sql"]]
    assert len(points) >= 365
    plan = explained(sql)
    assert "ledger_entry_time" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def explained(sql: str) -> Any:
    verb = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
    with connection.cursor() as cursor:
        cursor.execute(verb + sql)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())
