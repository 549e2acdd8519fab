"""Debits, transfers and batches over HTTP, rehearsed and for good."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core.ids import uuid7
from core.models import IdempotencyRecord
from ledger.chart import wallet
from ledger.models import Account, SpendingLimit, Transaction
from ledger.testing import assert_books_balance
from ledger.tests.books import fund, rows
from ledger.tests.test_wallets import purse

pytestmark = pytest.mark.django_db

Api = Callable[..., APIClient]

BASE = "/api/v1/transactions"

NOT_MONEY = ["0", "0.00", "-5.00", "1.001", "NaN", "Infinity", "1e3", "1" + "0" * 30, "", "ten"]
NUMBERS = [5, 0.5, True, [], {}]


def send(client: APIClient, path: str, key: str | None = "k", **body: Any) -> Any:
    return client.post(f"{BASE}/{path}", body, headers={"Idempotency-Key": key} if key else {})


def of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def field(response: Any) -> str:
    named: str = response.json()["errors"][0]["field"]
    return named


@pytest.fixture
def rich(bob: Any) -> Any:
    fund(wallet(bob.pk, "GBP"), 10_000)
    return bob


@pytest.fixture
def untouched(rich: Any) -> Any:
    """A test with this is full of refusals: after it every table is as it was."""
    before = rows()
    yield
    assert rows() == before


def test_a_transfer_answers_what_moved_and_shows_the_senders_side_alone(
    api: Api, rich: Any, alice: Any
) -> None:
    response = send(api(rich), "transfer", to_user_id=str(alice.pk), amount="3.00", memo="Lunch")

    assert response.status_code == 201
    body = response.json()
    header = Transaction.objects.get(pk=body["id"])
    code = wallet(rich.pk, "GBP").code
    assert (body["kind"], body["amount"], body["reason"]) == ("transfer", "3.00", "Lunch")
    assert [(e["account"], e["amount"]) for e in body["entries"]] == [(code, "-3.00")]
    assert body["balances"] == [
        {
            "user_id": str(rich.pk),
            "currency": "GBP",
            "available": "97.00",
            "held": "0.00",
            "total": "97.00",
            "version": 2,
            "as_of": body["recorded_at"],
        }
    ]
    assert "dry_run" not in body
    assert (header.actor_id, header.idem_scope) == (rich.pk, f"user:{rich.pk.hex}")
    assert purse(alice) == 300
    assert_books_balance()


def test_a_recipient_is_found_by_email_whatever_its_case(api: Api, rich: Any, alice: Any) -> None:
    response = send(api(rich), "transfer", to_email="Alice@Example.com", amount="3.00")

    assert response.status_code == 201
    assert purse(alice) == 300


def test_a_debit_is_for_oneself_and_for_finance(api: Api, rich: Any, dana: Any) -> None:
    own = send(api(rich), "debit", amount="3.00", reason="Rent")
    named = send(api(rich), "debit", key="2", amount="3.00", user_id=str(rich.pk))
    finance = send(api(dana), "debit", amount="4.00", user_id=str(rich.pk))

    assert [one.status_code for one in (own, named, finance)] == [201, 201, 201]
    assert (own.json()["kind"], own.json()["reason"]) == ("debit", "Rent")
    assert [len(one.json()["entries"]) for one in (own, finance)] == [1, 2]
    [left] = finance.json()["balances"]
    assert (left["user_id"], left["available"], left["version"]) == (str(rich.pk), "90.00", 4)
    assert Transaction.objects.get(pk=finance.json()["id"]).actor_id == dana.pk
    assert_books_balance()


@pytest.mark.parametrize("path", ["debit", "transfer"])
def test_a_key_moves_money_once(api: Api, rich: Any, alice: Any, path: str) -> None:
    to = {"to_user_id": str(alice.pk)} if path == "transfer" else {}
    first = send(api(rich), path, amount="3.00", **to)

    again = send(api(rich), path, amount="3.00", **to)

    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.json()) == (201, first.json())
    IdempotencyRecord.objects.all().delete()
    assert send(api(rich), path, amount="3.00", **to).json() == first.json()
    assert of(send(api(rich), path, amount="3.01", **to)) == (422, "idempotency_key_reused")
    assert purse(rich) == 9700


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("amount", NOT_MONEY + NUMBERS)
def test_what_is_not_money_is_not_moved(
    api: Api, rich: Any, alice: Any, dana: Any, amount: Any
) -> None:
    alices = str(alice.pk)
    step = {"type": "credit", "user_id": alices, "amount": amount}
    refused = [
        send(api(rich), "debit", amount=amount),
        send(api(rich), "transfer", to_user_id=alices, amount=amount),
        send(api(dana), "credit", user_id=alices, amount=amount),
        send(api(dana), "batch", transactions=[step]),
        send(api(rich), "scheduled", to_user_id=alices, amount=amount),
    ]

    assert [of(one) for one in refused] == [(422, "not_money")] * 5
    assert [field(one) for one in refused] == ["amount"] * 3 + ["transactions.0.amount", "amount"]


@pytest.mark.usefixtures("untouched")
def test_debits_are_refused_without_a_trace(
    api: Api, rich: Any, alice: Any, charlie: Any, dana: Any
) -> None:
    short = send(api(rich), "debit", amount="100.01")
    assert of(short) == (409, "insufficient_funds")
    facts = {name: short.json()[name] for name in ("available", "asked", "currency")}
    assert facts == {"available": "100.00", "asked": "100.01", "currency": "GBP"}
    assert of(send(api(alice), "debit", amount="1.00")) == (409, "insufficient_funds")
    other = send(api(charlie), "debit", amount="1.00", user_id=str(rich.pk))
    nobody = send(api(charlie), "debit", amount="1.00", user_id=str(uuid7()))
    assert of(other) == of(nobody) == (404, "user_not_found")
    assert field(other) == "user_id"
    assert of(send(api(dana), "debit", amount="1.00", user_id=str(uuid7())))[0] == 404
    assert of(send(api(), "debit", amount="1.00")) == (401, "not_authenticated")
    assert of(send(api(rich), "debit", key=None, amount="1.00"))[1] == "idempotency_key_missing"
    assert of(send(api(rich), "debit", key="2", amount="1.00", note="x")) == (400, "invalid")
    assert of(send(api(rich), "debit", key="2")) == (400, "invalid")


@pytest.mark.usefixtures("untouched")
def test_transfers_are_refused_without_a_trace(
    api: Api, rich: Any, alice: Any, charlie: Any
) -> None:
    charlie.is_active = False
    charlie.save()
    client = api(rich)

    def refused(**body: Any) -> tuple[int, str, str]:
        response = send(client, "transfer", key=str(uuid7()), **{"amount": "1.00"} | body)
        return *of(response), field(response)

    unknown = (404, "user_not_found")
    assert refused(to_user_id=str(uuid7())) == (*unknown, "to_user_id")
    assert refused(to_user_id=str(charlie.pk)) == (*unknown, "to_user_id")
    assert refused(to_email="nobody@example.com") == (*unknown, "to_email")
    assert refused(to_email=charlie.email) == (*unknown, "to_email")
    assert refused(to_email=rich.email) == (400, "transfer_to_self", "to_user_id")
    assert refused(to_email="nobody") == (400, "invalid", "to_email")
    assert refused() == (400, "invalid", "to_user_id")
    both = {"to_user_id": str(alice.pk), "to_email": alice.email}
    assert refused(**both) == (400, "invalid", "to_user_id")
    assert refused(to_email=alice.email, memo="x" * 201) == (400, "invalid", "memo")
    short = send(client, "transfer", to_email=alice.email, amount="100.01")
    assert of(short) == (409, "insufficient_funds")
    assert of(send(api(), "transfer", to_email=alice.email, amount="1.00"))[0] == 401


def test_a_limit_says_what_is_in_the_way(api: Api, rich: Any, alice: Any) -> None:
    SpendingLimit.objects.create(currency="GBP", daily_total=500)
    send(api(rich), "transfer", to_email=alice.email, amount="4.00")
    before = rows()

    response = send(api(rich), "debit", key="2", amount="1.01")

    assert of(response) == (409, "limit_exceeded")
    assert response.json()["ends_at"].endswith("T00:00:00Z")
    facts = ("limit", "allowed", "used", "asked", "currency")
    assert [response.json()[name] for name in facts] == [
        "daily_total",
        "5.00",
        "4.00",
        "1.01",
        "GBP",
    ]
    assert send(api(rich), "debit", key="2", amount="1.01").json() == response.json()
    assert rows() == before


def test_frozen_wallets_are_a_conflict(api: Api, rich: Any, alice: Any) -> None:
    Account.objects.filter(owner_id=rich.pk).update(status="frozen")
    before = rows()

    assert of(send(api(rich), "debit", amount="1.00")) == (409, "account_frozen")
    response = send(api(rich), "transfer", key="2", to_email=alice.email, amount="1.00")
    assert of(response) == (409, "account_frozen")
    assert rows() == before


def batch(rich: Any, alice: Any, last: str = "1.00") -> list[dict[str, Any]]:
    return [
        {"type": "credit", "user_id": str(alice.pk), "amount": "5.00", "reason": "Welcome"},
        {
            "type": "transfer",
            "from_user_id": str(alice.pk),
            "to_email": rich.email,
            "amount": "4.50",
            "memo": "Debt",
        },
        {"type": "debit", "user_id": str(rich.pk), "amount": last},
    ]


def test_a_batch_happens_as_a_whole(api: Api, rich: Any, alice: Any, dana: Any) -> None:
    response = send(api(dana), "batch", transactions=batch(rich, alice))

    assert response.status_code == 201
    done = response.json()["transactions"]
    assert [(one["kind"], one["reason"]) for one in done] == [
        ("credit", "Welcome"),
        ("transfer", "Debt"),
        ("debit", ""),
    ]
    left = [(b["user_id"], b["available"], b["version"]) for one in done for b in one["balances"]]
    assert left == [
        (str(alice.pk), "5.00", 1),
        (str(alice.pk), "0.50", 2),
        (str(rich.pk), "104.50", 2),
        (str(rich.pk), "103.50", 3),
    ]
    again = send(api(dana), "batch", transactions=batch(rich, alice))
    assert again.json() == response.json()
    assert Transaction.objects.count() == 4
    assert_books_balance()


def test_a_batch_takes_the_same_queries_for_any_length(api: Api, rich: Any, dana: Any) -> None:
    client = api(dana)

    def count(length: int) -> int:
        step = {"type": "credit", "user_id": str(rich.pk), "amount": "1.00"}
        with CaptureQueriesContext(connection) as queries:
            response = send(client, "batch", key=str(length), transactions=[step] * length)
        assert response.status_code == 201
        return len(queries)

    assert count(1) == count(30)


@pytest.mark.usefixtures("untouched")
def test_batches_are_refused_as_a_whole(api: Api, rich: Any, alice: Any, dana: Any) -> None:
    client = api(dana)

    def refused(transactions: Any) -> tuple[int, str, str]:
        response = send(client, "batch", key=str(uuid7()), transactions=transactions)
        faults = response.json()["errors"]
        return *of(response), faults[0]["field"] if faults else ""

    good = batch(rich, alice)
    assert refused(batch(rich, alice, "200.00")) == (409, "insufficient_funds", "")
    gone = [*good, {**good[0], "user_id": str(uuid7())}]
    assert refused(gone) == (404, "user_not_found", "transactions.3.user_id")
    gone = [{**good[1], "to_email": "nobody@example.com"}]
    assert refused(gone) == (404, "user_not_found", "transactions.0.to_email")
    gone = [{**good[1], "from_user_id": str(uuid7())}]
    assert refused(gone) == (404, "user_not_found", "transactions.0.from_user_id")
    unknown = [good[0], {**good[0], "type": "gift"}]
    assert refused(unknown) == (400, "invalid", "transactions.1.type")
    assert refused([{**good[0], "memo": "x"}]) == (400, "invalid", "transactions.0.memo")
    assert refused([good[0], "credit"]) == (400, "invalid", "transactions.1")
    assert refused([]) == (400, "invalid", "transactions")
    assert refused([good[0]] * 101) == (400, "invalid", "transactions")
    assert refused("all") == (400, "invalid", "transactions")
    assert send(api(rich), "batch", transactions=good).status_code == 403
    assert of(send(api(), "batch", transactions=good)) == (401, "not_authenticated")


def test_the_version_that_was_seen_must_be_the_version_that_is_there(
    api: Api, rich: Any, alice: Any, dana: Any
) -> None:
    client, to = api(rich), alice.email
    before = rows()

    late = send(client, "transfer", to_email=to, amount="1.00", if_version=0)
    assert of(late) == (409, "version_mismatch")
    assert (late.json()["current"], field(late)) == (1, "if_version")
    assert of(send(client, "debit", key="2", amount="1.00", if_version=2))[1] == "version_mismatch"
    step = {"type": "debit", "user_id": str(rich.pk), "amount": "1.00", "if_version": 1}
    batch = send(api(dana), "batch", transactions=[step, step])
    assert (of(batch)[1], field(batch)) == ("version_mismatch", "transactions.1.if_version")
    assert rows() == before

    on_time = send(client, "transfer", key="3", to_email=to, amount="1.00", if_version=1)
    assert on_time.status_code == 201
    [left] = on_time.json()["balances"]
    again = send(client, "debit", key="4", amount="1.00", if_version=left["version"])
    assert again.status_code == 201


def test_a_rehearsal_checks_and_answers_everything_and_keeps_nothing(
    api: Api, rich: Any, alice: Any, dana: Any
) -> None:
    before = rows()
    to = {"to_email": alice.email, "amount": "3.00"}

    rehearsed = send(api(rich), "transfer", dry_run=True, **to)

    assert (rehearsed.status_code, rehearsed.json()["dry_run"]) == (200, True)
    assert rehearsed.json()["balances"][0]["available"] == "97.00"
    for client, path, body in (
        (rich, "debit", {"amount": "3.00"}),
        (dana, "credit", {"amount": "3.00", "user_id": str(rich.pk)}),
        (dana, "batch", {"transactions": batch(rich, alice)}),
        (rich, "scheduled", to),
        (dana, f"{Transaction.objects.get().pk}/rollback", {"reason": "Mistake"}),
    ):
        response = send(api(client), path, dry_run=True, **body)
        assert (response.status_code, response.json()["dry_run"]) == (200, True), path
    assert rows() == before
    assert not IdempotencyRecord.objects.exists()

    real = send(api(rich), "transfer", **to)
    assert real.status_code == 201
    assert purse(alice) == 300


@pytest.mark.usefixtures("untouched")
def test_a_rehearsal_is_refused_like_the_real_thing(
    api: Api, rich: Any, alice: Any, charlie: Any
) -> None:
    to = {"to_email": alice.email, "amount": "100.01"}

    short = send(api(rich), "transfer", dry_run=True, **to)
    assert of(short) == (409, "insufficient_funds")
    assert of(send(api(rich), "transfer", dry_run="true", **to)) == (400, "invalid")
    assert of(send(api(rich), "transfer", dry_run=1, **to)) == (400, "invalid")
    assert of(send(api(rich), "transfer", key=None, dry_run=True, **to))[0] == 400
    late = send(api(rich), "debit", dry_run=True, amount="1.00", if_version=9)
    assert of(late) == (409, "version_mismatch")
    assert send(api(charlie), "batch", dry_run=True, transactions=[]).status_code == 403
    assert not IdempotencyRecord.objects.exists()
