"""Top-ups, withdrawals and exchange over HTTP."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core.ids import uuid7
from ledger.chart import wallet
from ledger.models import ExchangeQuote, Transaction, WalletRequest
from ledger.services import state_rate
from ledger.testing import assert_books_balance
from ledger.tests.books import balance_of, fund, rows

pytestmark = pytest.mark.django_db

Api = Callable[..., APIClient]

IBAN = "GB82 WEST 1234 5698 7654 32"
TOP_UP = {"provider": "bank", "amount": "1.234", "currency": "BHD"}
WITHDRAWAL = {"provider": "bank", "amount": "40.00", "currency": "GBP", "destination": IBAN}


def send(client: APIClient, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(
        f"/api/v1/{path}", body or {}, headers={"Idempotency-Key": uuid7().hex}, format="json"
    )


def of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.fixture
def rich(bob: Any) -> Any:
    fund(wallet(bob.pk, "GBP"), 10_000)
    return bob


def test_a_top_up_goes_from_the_person_to_finance_to_the_wallet(
    api: Api, bob: Any, dana: Any
) -> None:
    asked = send(api(bob), "wallet/top-ups", TOP_UP)
    assert asked.status_code == 201
    request = WalletRequest.objects.get()
    body = asked.json()
    assert body == {
        "id": str(request.pk),
        "kind": "top_up",
        "user_id": str(bob.pk),
        "amount": "1.234",
        "currency": "BHD",
        "provider": "bank",
        "instructions": "Pay to Mercat, IBAN GB33 BUKB 2020 1555 5555 55.",
        "payment_code": request.payment_code,
        "destination": "",
        "status": "pending",
        "reference": "",
        "reason": "",
        "transaction": None,
        "created_at": body["created_at"],
        "decided_at": None,
    }

    done = send(api(dana), f"wallet/requests/{request.pk}/confirm", {"reference": "BACS 1"})

    assert (done.status_code, done.json()["status"]) == (200, "confirmed")
    assert done.json()["transaction"] == str(Transaction.objects.get().pk)
    balances = api(bob).get("/api/v1/balances/current").json()["balances"]
    assert [(one["currency"], one["available"]) for one in balances] == [
        ("GBP", "0.00"),
        ("BHD", "1.234"),
    ]
    assert_books_balance()


def test_a_withdrawal_shows_its_destination_to_finance_alone(
    api: Api, rich: Any, dana: Any
) -> None:
    made = send(api(rich), "wallet/withdrawals", WITHDRAWAL)
    path = f"/api/v1/wallet/requests/{made.json()['id']}"

    assert made.json()["destination"] == "•••• 5432"
    assert api(rich).get(path).json() == made.json()
    assert api(dana).get(path).json()["destination"] == "GB82WEST12345698765432"
    assert balance_of(wallet(rich.pk, "GBP")) == 6_000
    cancelled = send(api(rich), f"wallet/requests/{made.json()['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert balance_of(wallet(rich.pk, "GBP")) == 10_000
    assert of(
        send(api(dana), f"wallet/requests/{made.json()['id']}/reject", {"reason": "Late"})
    ) == (
        409,
        "wallet_request_decided",
    )


def test_anothers_request_is_not_there_and_finance_alone_decides(
    api: Api, rich: Any, charlie: Any, dana: Any
) -> None:
    pk = send(api(rich), "wallet/withdrawals", WITHDRAWAL).json()["id"]
    own = send(api(dana), "wallet/top-ups", TOP_UP).json()["id"]
    before = rows()

    assert api(charlie).get(f"/api/v1/wallet/requests/{pk}").status_code == 404
    assert api(charlie).get("/api/v1/wallet/withdrawals").json()["results"] == []
    assert of(send(api(charlie), f"wallet/requests/{pk}/cancel")) == (
        404,
        "wallet_request_not_found",
    )
    assert of(send(api(dana), f"wallet/requests/{pk}/cancel")) == (404, "wallet_request_not_found")
    for verb, body in {"confirm": {"reference": "B"}, "reject": {"reason": "No"}}.items():
        assert send(api(rich), f"wallet/requests/{pk}/{verb}", body).status_code == 403
        assert of(send(api(dana), f"wallet/requests/{own}/{verb}", body)) == (
            403,
            "own_wallet_request",
        )
    assert rows() == before


def test_a_rehearsal_keeps_nothing(api: Api, rich: Any, dana: Any) -> None:
    pk = send(api(rich), "wallet/withdrawals", WITHDRAWAL).json()["id"]
    before = rows()

    dry = [
        send(api(rich), "wallet/withdrawals", {**WITHDRAWAL, "dry_run": True}),
        send(api(dana), f"wallet/requests/{pk}/confirm", {"reference": "B", "dry_run": True}),
    ]

    assert [(one.status_code, one.json()["dry_run"]) for one in dry] == [(200, True)] * 2
    assert dry[1].json()["status"] == "confirmed"
    assert rows() == before


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": "1.2345"}, 422, "not_money"),
        ({"amount": "0.000"}, 422, "not_money"),
        ({"amount": 5}, 422, "not_money"),
        ({"currency": "JPY", "amount": "1.5"}, 422, "not_money"),
        ({"currency": "XYZ"}, 400, "invalid"),
        ({"currency": "CHF", "amount": "1"}, 422, "provider_not_found"),
        ({"provider": "pigeon"}, 422, "provider_not_found"),
        ({"rate": "2"}, 400, "invalid"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    api: Api, bob: Any, changes: dict[str, Any], status: int, code: str
) -> None:
    assert of(send(api(bob), "wallet/top-ups", TOP_UP | changes)) == (status, code)
    assert not any(rows())


@pytest.mark.parametrize("kind", ["top-ups", "withdrawals"])
def test_lists_ask_the_same_number_of_queries_for_more(
    api: Api, rich: Any, dana: Any, kind: str
) -> None:
    path = f"/api/v1/wallet/{kind}?status=pending&user_id={rich.pk}"
    body = TOP_UP if kind == "top-ups" else WITHDRAWAL | {"amount": "1.00"}

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert api(dana).get(path).status_code == 200
        return len(queries)

    send(api(rich), f"wallet/{kind}", body)
    count()
    one = count()
    [send(api(rich), f"wallet/{kind}", body) for _ in range(2)]

    assert api(dana).get(path).json()["total"] == 3
    assert count() == one


def test_a_quote_is_asked_for_and_taken(api: Api, rich: Any, charlie: Any) -> None:
    state_rate(currency="JPY", rate=Decimal("195.5"), actor_id=uuid7())
    assert [
        (one["base"], one["currency"], one["rate"])
        for one in api(rich).get("/api/v1/exchange/rates").json()["results"]
    ] == [("GBP", "JPY", "195.5000000000")]

    asked = send(
        api(rich),
        "exchange/quotes",
        {"amount": "10.01", "currency": "GBP", "buy_currency": "JPY"},
    )
    assert asked.status_code == 201
    quote = ExchangeQuote.objects.get()
    body = asked.json()
    assert {name: body[name] for name in body if not name.endswith("_at")} == {
        "id": str(quote.pk),
        "sell_amount": "10.01",
        "sell_currency": "GBP",
        "buy_amount": "1956",
        "buy_currency": "JPY",
        "rate": "195.5000000000",
    }
    assert of(send(api(charlie), "exchange", {"quote_id": body["id"]})) == (404, "quote_not_found")
    taken = send(api(rich), "exchange", {"quote_id": body["id"]})

    assert taken.status_code == 201
    assert [(one["currency"], one["available"]) for one in taken.json()["balances"]] == [
        ("GBP", "89.99"),
        ("JPY", "1956"),
    ]
    assert {one["currency"]: one["amount"] for one in taken.json()["entries"]} == {
        "GBP": "-10.01",
        "JPY": "1956",
    }
    assert_books_balance()


def test_nobody_brings_a_rate_of_their_own(api: Api, rich: Any) -> None:
    ask = {"amount": "10.00", "currency": "GBP", "buy_currency": "JPY"}
    before = rows()

    assert of(send(api(rich), "exchange/quotes", ask)) == (409, "rate_not_stated")
    assert of(send(api(rich), "exchange/quotes", {**ask, "rate": "9"})) == (400, "invalid")
    assert of(send(api(rich), "exchange", {"quote_id": str(uuid7()), "rate": "9"})) == (
        400,
        "invalid",
    )
    assert of(send(api(rich), "exchange/quotes", {**ask, "buy_currency": "GBP"})) == (
        400,
        "same_currency",
    )
    assert rows() == before
