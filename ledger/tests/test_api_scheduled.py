"""Standing orders over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core import clock
from core.ids import uuid7
from ledger.chart import wallet
from ledger.models import ScheduledTransfer
from ledger.services import run_due_transfers
from ledger.tests.books import fund, rows
from ledger.tests.test_schedules import DAY, HOUR, standing
from ledger.tests.test_wallets import purse

pytestmark = pytest.mark.django_db

Api = Callable[..., APIClient]

SCHEDULED = "/api/v1/transactions/scheduled"


def schedule(client: APIClient, key: str | None = "k", **body: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(SCHEDULED, {"amount": "3.00", **body}, headers=headers)


def of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def at(away: timedelta) -> str:
    return (clock.db_now() + away).isoformat()


def test_a_standing_order_is_made_shown_run_and_cancelled(api: Api, bob: Any, alice: Any) -> None:
    fund(wallet(bob.pk, "GBP"), 1000)
    client = api(bob)

    made = schedule(client, to_email=alice.email, memo="Rent", every="month", until=at(90 * DAY))

    assert made.status_code == 201
    body = made.json()
    kept = ScheduledTransfer.objects.get()
    shown = ("to_user_id", "amount", "currency", "memo", "every", "status")
    assert [body[name] for name in shown] == [
        str(alice.pk), "3.00", "GBP", "Rent", "month", "active"
    ]  # fmt: skip
    assert body["id"] == str(kept.pk)
    assert body["starts_at"] == body["next_at"] == body["created_at"]
    assert client.get(SCHEDULED).json()["results"] == [body]

    run_due_transfers()
    [run] = client.get(f"{SCHEDULED}/{kept.pk}").json()["runs"]
    assert (run["number"], run["due_at"], run["refusal"]) == (0, body["next_at"], "")
    posted = client.get(f"/api/v1/transactions/{run['transaction']}").json()
    assert (posted["kind"], posted["reason"]) == ("transfer", "Rent")
    assert purse(alice) == 300

    assert client.delete(f"{SCHEDULED}/{kept.pk}").status_code == 204
    assert client.delete(f"{SCHEDULED}/{kept.pk}").status_code == 204
    after = client.get(f"{SCHEDULED}/{kept.pk}").json()
    assert (after["status"], after["next_at"]) == ("cancelled", None)


def test_a_key_makes_one_standing_order(api: Api, bob: Any, alice: Any) -> None:
    first = schedule(api(bob), to_email=alice.email)

    again = schedule(api(bob), to_email=alice.email)

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert ScheduledTransfer.objects.count() == 1


def test_a_refused_run_says_why(api: Api, bob: Any, alice: Any) -> None:
    order = standing(bob, alice, ago=HOUR)
    run_due_transfers()

    body = api(bob).get(f"{SCHEDULED}/{order.pk}").json()

    [run] = body["runs"]
    assert (run["refusal"], run["transaction"]) == ("insufficient_funds", None)
    assert (body["status"], body["next_at"]) == ("done", None)
    done = api(bob).delete(f"{SCHEDULED}/{order.pk}")
    assert of(done) == (409, "scheduled_transfer_done")


def test_what_cannot_be_scheduled_leaves_no_trace(
    api: Api, bob: Any, alice: Any, charlie: Any
) -> None:
    charlie.is_active = False
    charlie.save()
    to, before = {"to_email": alice.email}, rows()

    def refused(**body: Any) -> tuple[int, str, str]:
        response = schedule(api(bob), **body)
        return *of(response), response.json()["errors"][0]["field"]

    assert refused(**to, starts_at=at(-HOUR)) == (400, "schedule_refused", "starts_at")
    assert refused(**to, starts_at=at(DAY), until=at(HOUR)) == (400, "schedule_refused", "until")
    assert refused(**to, starts_at="9999-12-31T23:59:59Z")[1:] == ("schedule_refused", "starts_at")
    assert refused(**to, starts_at="tomorrow") == (400, "invalid", "starts_at")
    assert refused(**to, every="year") == (400, "invalid", "every")
    assert refused(**to, every="") == (400, "invalid", "every")
    assert refused() == (400, "invalid", "to_user_id")
    assert refused(to_user_id=str(bob.pk)) == (400, "transfer_to_self", "to_user_id")
    assert refused(to_user_id=str(uuid7())) == (404, "user_not_found", "to_user_id")
    assert refused(to_email=charlie.email) == (404, "user_not_found", "to_email")
    assert of(schedule(api(bob), key=None, **to)) == (400, "idempotency_key_missing")
    assert of(schedule(api(), **to)) == (401, "not_authenticated")
    assert rows() == before


def test_standing_orders_are_their_owners_alone(api: Api, bob: Any, alice: Any, dana: Any) -> None:
    order = standing(bob, alice, ago=-HOUR)

    for other in (alice, dana):
        client = api(other)
        assert client.get(SCHEDULED).json()["results"] == []
        for response in (
            client.get(f"{SCHEDULED}/{order.pk}"),
            client.delete(f"{SCHEDULED}/{order.pk}"),
        ):
            assert of(response) == (404, "scheduled_transfer_not_found")
    assert of(api(bob).get(f"{SCHEDULED}/{uuid7()}"))[0] == 404
    assert of(api().get(SCHEDULED)) == (401, "not_authenticated")
    assert of(api().delete(f"{SCHEDULED}/{order.pk}")) == (401, "not_authenticated")
    order.refresh_from_db()
    assert order.status == "active"


def test_the_list_takes_the_same_queries_for_any_length(api: Api, bob: Any, alice: Any) -> None:
    standing(bob, alice, ago=HOUR)
    client = api(bob)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(SCHEDULED).status_code == 200
        return len(queries)

    one = count()
    standing(bob, alice, ago=HOUR)
    standing(bob, alice, ago=HOUR)

    assert count() == one
