from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core.ids import uuid7
from core.models import IdempotencyRecord
from ledger.chart import wallet
from ledger.models import Account, Transaction
from ledger.services import Line, Posting, post
from ledger.testing import assert_books_balance
from ledger.tests.books import FUNDING, fund, move, rows

pytestmark = pytest.mark.django_db

Api = Callable[..., APIClient]

CREDIT = "/api/v1/transactions/credit"
HISTORY = "/api/v1/transactions/history"
TRANSACTIONS = "/api/v1/transactions"


def top_up(
    client: APIClient, user_id: Any, amount: Any = "25.00", key: str = "k", **more: Any
) -> Any:
    body = {"user_id": str(user_id), "amount": amount, **more}
    return client.post(CREDIT, body, headers={"Idempotency-Key": key} if key else {})


def of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def test_credit_answers_the_transaction_and_the_balance(api: Api, bob: Any, dana: Any) -> None:
    response = top_up(api(dana), bob.pk, reason="Voucher")

    assert response.status_code == 201
    header = Transaction.objects.get()
    at = response.json()["recorded_at"]
    code = wallet(bob.pk, "GBP").code
    assert response.json() == {
        "id": str(header.pk),
        "kind": "credit",
        "status": "posted",
        "amount": "25.00",
        "currency": "GBP",
        "entries": [
            {
                "line_no": 1,
                "account": "platform:funding:GBP",
                "amount": "-25.00",
                "currency": "GBP",
                "balance_after": "-25.00",
                "version": 1,
            },
            {
                "line_no": 2,
                "account": code,
                "amount": "25.00",
                "currency": "GBP",
                "balance_after": "25.00",
                "version": 1,
            },
        ],
        "reason": "Voucher",
        "reverses": None,
        "reversed_by": None,
        "effective_at": at,
        "recorded_at": at,
        "balances": [
            {
                "user_id": str(bob.pk),
                "currency": "GBP",
                "available": "25.00",
                "held": "0.00",
                "total": "25.00",
                "version": 1,
                "as_of": at,
            }
        ],
    }
    assert header.actor_id == dana.pk
    assert_books_balance()


def test_credit_happens_once_per_key(api: Api, bob: Any, dana: Any) -> None:
    first = top_up(api(dana), bob.pk)

    again = top_up(api(dana), bob.pk)

    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.json()) == (201, first.json())
    assert of(top_up(api(dana), bob.pk, "26.00")) == (422, "idempotency_key_reused")
    assert Account.objects.get(code=wallet(bob.pk, "GBP").code).balance == 2500


def test_credit_happens_once_when_the_answer_was_forgotten(api: Api, bob: Any, dana: Any) -> None:
    """The ledger keeps keys forever, the answers are pruned after a week."""
    first = top_up(api(dana), bob.pk)
    IdempotencyRecord.objects.all().delete()

    again = top_up(api(dana), bob.pk)

    assert (again.status_code, again.json()) == (201, first.json())
    assert Transaction.objects.count() == 1
    IdempotencyRecord.objects.all().delete()
    assert of(top_up(api(dana), bob.pk, "26.00")) == (409, "idempotency_mismatch")


@pytest.mark.parametrize("amount", ["0.00", "-5.00", "1.001", "1e3", "ten", 25, 0.5, None, ""])
def test_credit_of_what_is_not_money_is_refused(api: Api, bob: Any, dana: Any, amount: Any) -> None:
    response = top_up(api(dana), bob.pk, amount)

    assert response.status_code in {400, 422}
    assert response.status_code == (400 if amount is None else 422)
    assert not any(rows())


def test_credit_is_refused_without_anything_happening(api: Api, bob: Any, dana: Any) -> None:
    gone = str(uuid7())
    assert of(top_up(api(), bob.pk)) == (401, "not_authenticated")
    assert top_up(api(bob), bob.pk).status_code == 403
    assert of(top_up(api(dana), bob.pk, key="")) == (400, "idempotency_key_missing")
    assert of(top_up(api(dana), gone)) == (404, "user_not_found")
    assert of(top_up(api(dana), "nobody")) == (400, "invalid")
    assert of(top_up(api(dana), bob.pk, currency="EUR")) == (400, "invalid")
    bob.is_active = False
    bob.save()
    assert of(top_up(api(dana), bob.pk)) == (404, "user_not_found")

    assert not any(rows())


def test_credit_to_a_frozen_wallet_is_a_conflict(api: Api, bob: Any, dana: Any) -> None:
    fund(wallet(bob.pk, "GBP"), 100)
    Account.objects.filter(owner_id=bob.pk).update(status="frozen")
    before = rows()

    response = top_up(api(dana), bob.pk)

    assert of(response) == (409, "account_frozen")
    assert top_up(api(dana), bob.pk).json() == response.json()
    assert rows() == before


def test_history_shows_the_callers_own(api: Api, alice: Any, bob: Any, dana: Any) -> None:
    his = fund(wallet(bob.pk, "GBP"), 1000).transaction_id
    theirs = post(move(wallet(bob.pk, "GBP"), wallet(alice.pk, "GBP"), 300)).transaction_id

    assert ids(api(bob).get(HISTORY)) == [str(theirs), str(his)]
    assert ids(api(alice).get(HISTORY)) == [str(theirs)]
    assert ids(api(dana).get(HISTORY)) == [str(theirs), str(his)]
    assert of(api().get(HISTORY)) == (401, "not_authenticated")


def test_history_keeps_the_other_side_to_itself(api: Api, alice: Any, bob: Any) -> None:
    fund(wallet(alice.pk, "GBP"), 99_900)
    post(move(wallet(alice.pk, "GBP"), wallet(bob.pk, "GBP"), 300))

    [shown] = api(bob).get(HISTORY).json()["results"]

    assert [entry["account"] for entry in shown["entries"]] == [wallet(bob.pk, "GBP").code]
    assert shown["amount"] == "3.00"


def test_history_is_narrowed_by_type_and_time(api: Api, bob: Any) -> None:
    mine = wallet(bob.pk, "GBP")
    first = fund(mine, 1000)
    second = post(Posting("gift", "g", (Line(mine, -1), Line(wallet(uuid7(), "GBP"), 1))))
    instants = [each.recorded_at for each in (first, second)]
    before, after = instants[0] - timedelta(seconds=1), instants[1] + timedelta(seconds=1)

    def shown(**query: Any) -> list[str]:
        return ids(api(bob).get(HISTORY, query))

    assert shown(type="gift") == [str(second.transaction_id)]
    assert shown(type="none") == []
    assert shown(to=instants[0].isoformat()) == [str(first.transaction_id)]
    assert shown(**{"from": instants[1].isoformat()}) == [str(second.transaction_id)]
    assert len(shown(**{"from": before.isoformat(), "to": after.isoformat()})) == 2
    assert shown(to=before.isoformat()) == []


@pytest.mark.parametrize(
    "query",
    [
        "from=monday",
        "from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        "status=lost",
        "kind=credit",
        "type=",
        "limit=0",
    ],
)
def test_history_refuses_what_it_does_not_understand(api: Api, bob: Any, query: str) -> None:
    assert of(api(bob).get(f"{HISTORY}?{query}")) == (400, "invalid")


def test_history_goes_on_by_cursor(api: Api, bob: Any) -> None:
    posted = [str(fund(wallet(bob.pk, "GBP"), 10).transaction_id) for _ in range(3)]

    page = api(bob).get(f"{HISTORY}?cursor=&limit=2")
    rest = api(bob).get(page.json()["next"])

    assert ids(page) + ids(rest) == posted[::-1]


def test_a_transaction_is_shown_to_those_it_concerns(
    api: Api, bob: Any, charlie: Any, dana: Any
) -> None:
    posted = fund(wallet(bob.pk, "GBP"), 1000)
    url = f"/api/v1/transactions/{posted.transaction_id}"

    assert len(api(bob).get(url).json()["entries"]) == 1
    assert len(api(dana).get(url).json()["entries"]) == 2
    assert of(api(charlie).get(url)) == (404, "transaction_not_found")
    assert of(api(dana).get(f"/api/v1/transactions/{uuid7()}")) == (404, "transaction_not_found")
    assert of(api().get(url)) == (401, "not_authenticated")


def test_a_reversal_and_its_transaction_name_each_other(api: Api, bob: Any, dana: Any) -> None:
    mine, other = wallet(bob.pk, "GBP"), wallet(uuid7(), "GBP")
    fund(mine, 1000)
    original = post(move(mine, other, 300)).transaction_id
    undone = post(
        Posting("reversal", "r", (Line(mine, 300), Line(other, -300)), reverses=original)
    ).transaction_id

    before = api(bob).get(f"/api/v1/transactions/{original}").json()
    after = api(bob).get(f"/api/v1/transactions/{undone}").json()

    assert (before["status"], before["reversed_by"]) == ("reversed", str(undone))
    assert (after["status"], after["reverses"]) == ("posted", str(original))


def test_history_is_narrowed_by_status_and_account(api: Api, bob: Any, dana: Any) -> None:
    mine = wallet(bob.pk, "GBP")
    first = fund(mine, 1000).transaction_id
    euros = fund(wallet(bob.pk, "EUR"), 1000).transaction_id
    undone = post(
        Posting("reversal", "r", (Line(mine, -1000), Line(FUNDING, 1000)), reverses=first)
    ).transaction_id

    def shown(client: APIClient, **query: Any) -> list[str]:
        return ids(client.get(HISTORY, query))

    assert shown(api(bob), status="reversed") == [str(first)]
    assert shown(api(bob), status="posted") == [str(undone), str(euros)]
    assert shown(api(bob), account=mine.code) == [str(undone), str(first)]
    assert shown(api(dana), account=FUNDING.code) == [str(undone), str(first)]
    assert shown(api(bob), account=mine.code, status="posted", type="reversal") == [str(undone)]


def test_history_of_an_account_in_several_rows_is_that_of_all_of_them(
    api: Api, bob: Any, dana: Any
) -> None:
    for n in range(4):
        top_up(api(dana), bob.pk, key=str(n))
    assert Account.objects.filter(code__startswith="platform:funding:GBP#").count() > 1

    shown = ids(api(dana).get(HISTORY, {"account": "platform:funding:GBP"}))

    assert len(shown) == 4


def test_history_of_an_account_that_is_not_the_callers_is_not_there(
    api: Api, alice: Any, bob: Any, dana: Any
) -> None:
    fund(wallet(alice.pk, "GBP"), 10)

    for code in (wallet(alice.pk, "GBP").code, FUNDING.code, "nothing"):
        response = api(bob).get(HISTORY, {"account": code})
        assert of(response) == (404, "account_not_found")
        assert response.json()["errors"][0]["field"] == "account"
    assert of(api(dana).get(HISTORY, {"account": "nothing"})) == (404, "account_not_found")


@pytest.mark.parametrize("query", ["", "?status=posted", "?type=transfer", "?account={code}"])
def test_history_takes_the_same_queries_for_any_length(api: Api, bob: Any, query: str) -> None:
    mine = wallet(bob.pk, "GBP")
    fund(mine, 10)
    client, path = api(bob), HISTORY + query.format(code=mine.code)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    one = count()
    fund(mine, 10)
    fund(mine, 10)

    assert count() == one
