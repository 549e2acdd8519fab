"""Rollbacks over HTTP."""

from typing import Any

import pytest

from core.ids import uuid7
from ledger.models import Transaction
from ledger.testing import assert_books_balance
from ledger.tests.books import rows
from ledger.tests.test_api_wallets import BASE, Api, of, rich, send, untouched
from ledger.tests.test_wallets import purse

pytestmark = pytest.mark.django_db

__all__ = ["rich", "untouched"]


def test_finance_rolls_a_transaction_back_once(api: Api, rich: Any, alice: Any, dana: Any) -> None:
    sent = send(api(rich), "transfer", to_email=alice.email, amount="3.00").json()["id"]

    response = send(api(dana), f"{sent}/rollback", reason="Wrong person")

    assert response.status_code == 201
    body = response.json()
    assert (body["kind"], body["reverses"], body["reason"]) == ("reversal", sent, "Wrong person")
    assert {b["user_id"]: b["available"] for b in body["balances"]} == {
        str(rich.pk): "100.00",
        str(alice.pk): "0.00",
    }
    assert send(api(dana), f"{sent}/rollback", reason="Wrong person").json() == body
    assert api(rich).get(f"{BASE}/{sent}").json()["status"] == "reversed"
    again = send(api(dana), f"{sent}/rollback", key="2", reason="Wrong person")
    assert of(again) == (409, "already_reversed")
    redone = send(api(dana), f"{body['id']}/rollback", key="3", reason="Right after all")
    assert redone.status_code == 201
    assert purse(alice) == 300
    assert_books_balance()


@pytest.mark.usefixtures("untouched")
def test_rollbacks_are_refused_without_a_trace(api: Api, rich: Any, dana: Any) -> None:
    path = f"{Transaction.objects.get().pk}/rollback"

    assert send(api(rich), path, reason="Mine").status_code == 403
    assert of(send(api(), path, reason="Mine")) == (401, "not_authenticated")
    assert of(send(api(dana), path)) == (400, "invalid")
    assert of(send(api(dana), path, reason="  ")) == (400, "invalid")
    assert of(send(api(dana), path, key=None, reason="x")) == (400, "idempotency_key_missing")
    missing = send(api(dana), f"{uuid7()}/rollback", reason="x")
    assert of(missing) == (404, "transaction_not_found")


def test_a_rollback_of_what_was_spent_is_a_conflict(api: Api, rich: Any, dana: Any) -> None:
    credit = Transaction.objects.get().pk
    send(api(rich), "debit", amount="1.00")
    before = rows()

    response = send(api(dana), f"{credit}/rollback", reason="Mistake")

    assert of(response) == (409, "insufficient_funds")
    assert rows() == before
