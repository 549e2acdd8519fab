"""Balances over HTTP: one's own, finance's view, and what is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core import clock
from core.ids import uuid7
from ledger.chart import wallet
from ledger.services import Line, Posting, post
from ledger.tests.books import fund, move, pot
from ledger.tests.held import place

pytestmark = pytest.mark.django_db

Api = Callable[..., APIClient]

BALANCES = "/api/v1/balances"
CURRENT = f"{BALANCES}/current"
AT_TIME = f"{BALANCES}/at-time"
HISTORICAL = f"{BALANCES}/historical"
STATEMENT = f"{BALANCES}/statement"
TRIAL = f"{BALANCES}/trial-balance"

PAST = "2026-01-31T12:00:00Z"
FUTURE = "2900-01-31T12:00:00Z"


def of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def shown(instant: datetime | None) -> str:
    assert instant is not None
    return instant.isoformat().replace("+00:00", "Z")


def url(path: str, **query: Any) -> str:
    named = {name.rstrip("_"): value for name, value in query.items()}
    return f"{path}?{urlencode(named)}"


def test_current_balance_is_zero_before_the_first_posting(api: Api, bob: Any) -> None:
    body = api(bob).get(CURRENT).json()

    [only] = body.pop("balances")
    assert body == only
    assert only.pop("as_of")
    assert only == {
        "user_id": str(bob.pk),
        "currency": "GBP",
        "available": "0.00",
        "held": "0.00",
        "total": "0.00",
        "version": 0,
        "holds": [],
    }


def test_current_balance_shows_every_currency(api: Api, bob: Any) -> None:
    fund(wallet(bob.pk, "GBP"), 2499)
    fund(wallet(bob.pk, "JPY"), 500)

    body = api(bob).get(CURRENT).json()

    assert (body["available"], body["total"], body["currency"]) == ("24.99", "24.99", "GBP")
    amounts = [(each["currency"], each["available"]) for each in body["balances"]]
    assert amounts == [("GBP", "24.99"), ("JPY", "500")]


def test_current_balance_shows_what_is_held_and_for_what(api: Api, bob: Any) -> None:
    fund(wallet(bob.pk, "GBP"), 2499)
    hold = place(bob.pk, 999, lasting=timedelta(days=1))

    body = api(bob).get(CURRENT).json()

    assert (body["available"], body["held"], body["total"]) == ("15.00", "9.99", "24.99")
    assert body["holds"] == [
        {
            "id": str(hold.pk),
            "amount": "9.99",
            "purpose": "order",
            "reference": hold.reference,
            "expires_at": shown(hold.expires_at),
            "created_at": shown(hold.created_at),
        }
    ]


def test_balance_at_a_time_includes_it(api: Api, bob: Any) -> None:
    at = fund(wallet(bob.pk, "GBP"), 2499).recorded_at
    place(bob.pk, 999)
    fund(wallet(bob.pk, "EUR"), 5)

    body = api(bob).get(url(AT_TIME, time=shown(at))).json()

    pounds, euros = body.pop("balances")
    stable = connection.vendor == "sqlite"
    assert body == pounds
    assert pounds == {
        "user_id": str(bob.pk),
        "currency": "GBP",
        "available": "24.99",
        "held": "0.00",
        "total": "24.99",
        "version": 1,
        "time": shown(at),
        "stable": True,
    }
    assert (euros["currency"], euros["total"], euros["stable"]) == ("EUR", "0.00", stable)


def test_historical_balances_are_of_the_ends_of_local_days(api: Api, bob: Any) -> None:
    fund(wallet(bob.pk, "GBP"), 2499)
    place(bob.pk, 999)
    to = clock.db_now()
    since = to - timedelta(days=2)
    query = {"from_": shown(since), "to": shown(to), "timezone": "Asia/Tokyo"}

    body = api(bob).get(url(HISTORICAL, **query)).json()

    points = body.pop("points")
    assert body == {
        "user_id": str(bob.pk),
        "currency": "GBP",
        "interval": "day",
        "timezone": "Asia/Tokyo",
    }
    assert [point["total"] for point in points] == ["0.00", "0.00", "24.99"]
    tokyo = timedelta(hours=9)
    assert [point["start"] for point in points] == [
        str((since + tokyo + timedelta(days=n)).date()) for n in range(3)
    ]
    assert points[0]["time"].endswith("T14:59:59.999999Z")
    assert points[-1] == {
        "start": str((to + tokyo).date()),
        "time": shown(to),
        "available": "15.00",
        "held": "9.99",
        "total": "24.99",
        "stable": connection.vendor == "sqlite",
    }


def test_historical_balances_default_to_days_in_the_shops_zone_until_now(
    api: Api, bob: Any, settings: Any
) -> None:
    fund(wallet(bob.pk, "EUR"), 700)

    body = api(bob).get(url(HISTORICAL, from_=shown(clock.now()), currency="EUR")).json()

    assert (body["interval"], body["timezone"]) == ("day", settings.TIME_ZONE)
    assert [point["available"] for point in body["points"]] == ["7.00"]


def test_a_statement_lists_what_moved_the_money(api: Api, bob: Any) -> None:
    mine = wallet(bob.pk, "GBP")
    since = fund(mine, 1000).recorded_at + timedelta(microseconds=1)
    lines = (Line(mine, -300), Line(pot("friend"), 300))
    gift = post(Posting("gift", "g", lines, reason="Birthday"))
    fund(mine, 5)
    query = {"from_": shown(since), "limit": 1}

    body = api(bob).get(url(STATEMENT, **query)).json()

    assert body == {
        "account": mine.code,
        "currency": "GBP",
        "opening": {"balance": "10.00", "version": 1},
        "closing": {"balance": "7.05", "version": 3},
        "total_in": "0.05",
        "total_out": "3.00",
        "entries": [
            {
                "transaction_id": str(gift.transaction_id),
                "kind": "gift",
                "reason": "Birthday",
                "amount": "-3.00",
                "balance_after": "7.00",
                "version": 2,
                "effective_at": shown(gift.recorded_at),
                "recorded_at": shown(gift.recorded_at),
            }
        ],
        "next_after_version": 2,
        "stable": connection.vendor == "sqlite",
    }
    rest = api(bob).get(url(STATEMENT, **query, after_version=2)).json()
    assert [entry["version"] for entry in rest["entries"]] == [3]
    assert rest["next_after_version"] is None


def test_a_statement_without_an_account_is_empty(api: Api, bob: Any) -> None:
    body = api(bob).get(url(STATEMENT, from_=PAST, currency="JPY")).json()

    assert (body["opening"], body["entries"]) == ({"balance": "0", "version": 0}, [])
    assert (body["closing"], body["total_in"], body["total_out"]) == (body["opening"], "0", "0")


def test_the_trial_balance_is_for_finance(api: Api, bob: Any, dana: Any) -> None:
    at = fund(wallet(bob.pk, "GBP"), 1000).recorded_at
    fund(wallet(bob.pk, "GBP"), 5)

    then = api(dana).get(url(TRIAL, time=shown(at))).json()
    now = api(dana).get(TRIAL).json()

    assert then["time"] == shown(at)
    assert then["lines"] == [
        {
            "currency": "GBP",
            "kind": "clearing",
            "debit": "10.00",
            "credit": "0.00",
            "balance": "-10.00",
        },
        {
            "currency": "GBP",
            "kind": "wallet",
            "debit": "0.00",
            "credit": "10.00",
            "balance": "10.00",
        },
    ]
    assert [line["balance"] for line in now["lines"]] == ["-10.05", "10.05"]
    assert api(bob).get(TRIAL).status_code == 403
    assert of(api().get(TRIAL)) == (401, "not_authenticated")


OWN = {
    CURRENT: {},
    AT_TIME: {"time": PAST},
    HISTORICAL: {"from_": PAST, "interval": "month"},
    STATEMENT: {"from_": PAST},
}


@pytest.mark.parametrize(("path", "query"), OWN.items(), ids=OWN)
def test_balances_of_another_are_for_finance(
    api: Api, bob: Any, charlie: Any, dana: Any, path: str, query: dict[str, str]
) -> None:
    fund(wallet(bob.pk, "GBP"), 2499)

    def ask(caller: Any, user_id: Any) -> Any:
        return api(caller).get(url(path, **query, user_id=user_id))

    def without_time(response: Any) -> Any:
        assert response.status_code == 200
        body = response.json()
        return {name: value for name, value in body.items() if name in {"total", "closing"}}

    assert without_time(ask(dana, bob.pk)) == without_time(api(bob).get(url(path, **query)))
    assert without_time(ask(bob, bob.pk)) == without_time(ask(dana, bob.pk))
    assert of(ask(charlie, bob.pk)) == (404, "user_not_found")
    assert of(ask(charlie, uuid7())) == (404, "user_not_found")
    assert of(ask(dana, uuid7())) == (404, "user_not_found")
    assert of(ask(None, bob.pk)) == (401, "not_authenticated")


REFUSED = [
    (CURRENT, "user=bob", "user"),
    (CURRENT, "user_id=bob", "user_id"),
    (AT_TIME, "", "time"),
    (AT_TIME, "time=yesterday", "time"),
    (AT_TIME, "time=2026-01-31T12:00:00", "time"),
    (AT_TIME, "time=2026-01-31", "time"),
    (AT_TIME, f"time={FUTURE}", "time"),
    (AT_TIME, "time=0001-01-01T00:00:00%2B14:00", "time"),
    (AT_TIME, f"time={PAST}&currency=EUR", "currency"),
    (HISTORICAL, "", "from"),
    (HISTORICAL, f"from={PAST}&to=2026-01-01T00:00:00Z", "from"),
    (HISTORICAL, f"from={PAST}&to={FUTURE}", "to"),
    (HISTORICAL, f"from={PAST}&interval=hour", "interval"),
    (HISTORICAL, f"from={PAST}&timezone=Mars/Base", "timezone"),
    (HISTORICAL, f"from={PAST}&timezone=../etc/passwd", "timezone"),
    (HISTORICAL, f"from={PAST}&currency=XXQ", "currency"),
    (HISTORICAL, "from=0001-01-01T00:00:00Z&interval=month", "from"),
    (HISTORICAL, "from=2025-01-01T00:00:00Z&to=2026-01-02T00:00:00Z", "from"),
    (STATEMENT, "", "from"),
    (STATEMENT, f"from={PAST}&limit=101", "limit"),
    (STATEMENT, f"from={PAST}&limit=0", "limit"),
    (STATEMENT, f"from={PAST}&after_version=-1", "after_version"),
    (STATEMENT, f"from={PAST}&after_version=9223372036854775808", "after_version"),
    (STATEMENT, f"from={PAST}&page=1", "page"),
]


@pytest.mark.parametrize(("path", "query", "field"), REFUSED)
def test_what_cannot_be_meant_is_refused_by_name(
    api: Api, bob: Any, path: str, query: str, field: str
) -> None:
    response = api(bob).get(f"{path}?{query}")

    assert of(response) == (400, "invalid")
    assert [fault["field"] for fault in response.json()["errors"]] == [field]


@pytest.mark.parametrize("query", [f"time={FUTURE}", "time=noon", "at=now"])
def test_a_trial_balance_of_no_past_is_refused(api: Api, dana: Any, query: str) -> None:
    response = api(dana).get(f"{TRIAL}?{query}")

    assert of(response) == (400, "invalid")
    assert [fault["field"] for fault in response.json()["errors"]] == [query.partition("=")[0]]


@pytest.mark.parametrize("path", [*OWN, TRIAL])
def test_balances_take_the_same_queries_for_any_length(
    api: Api, bob: Any, dana: Any, path: str
) -> None:
    fund(wallet(bob.pk, "GBP"), 100)
    place(bob.pk, 1)
    client = api(dana if path == TRIAL else bob)

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(path, **OWN.get(path, {}))).status_code == 200
        return len(captured)

    count()  # Django asks SQLite once what it can do
    one = count()
    fund(wallet(bob.pk, "EUR"), 10)
    for _ in range(2):
        place(bob.pk, 1)
        post(move(pot("loan", floor=None), wallet(bob.pk, "GBP"), 1))

    assert count() == one
