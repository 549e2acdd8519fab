"""Above the limit one person asks for a reversal and another decides."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from core.ids import uuid7
from ledger import errors
from ledger.models import Account, ReversalRequest, Transaction
from ledger.services import (
    approve_reversal,
    reject_reversal,
    request_reversal,
    reverse_transaction,
)
from ledger.testing import assert_books_balance
from ledger.tests.attacks import refused
from ledger.tests.books import LATER, Pen, balance_of, fund, pot, rows

pytestmark = pytest.mark.django_db

LIMIT = 5_000
ANN = pot("ann")
ASKER, DECIDER = uuid7(), uuid7()


@pytest.fixture(autouse=True)
def _limit(settings: Any) -> None:
    settings.LEDGER_TWO_PERSON_LIMIT = LIMIT


def reverse(transaction_id: UUID) -> None:
    reverse_transaction(
        transaction_id=transaction_id, reason="Twice", key="r", scope="t", actor_id=ASKER
    )


def asked(amount: int = LIMIT + 1) -> ReversalRequest:
    return request_reversal(
        transaction_id=fund(ANN, amount).transaction_id, reason="Twice", actor_id=ASKER
    )


def decided(request: ReversalRequest, actor_id: UUID, *, approve: bool = True) -> None:
    decide: Callable[..., object] = approve_reversal if approve else reject_reversal
    decide(request_id=request.pk, reason="Seen", actor_id=actor_id)


def test_one_person_reverses_up_to_the_limit_and_no_more() -> None:
    large = fund(ANN, LIMIT + 1).transaction_id
    reverse(fund(ANN, LIMIT).transaction_id)
    before = rows()

    with pytest.raises(errors.SecondPersonNeeded) as refusal:
        reverse(large)

    assert refusal.value.facts == {"limit": "50.00", "currency": "GBP"}
    assert rows() == before


def test_another_person_approves() -> None:
    request = asked()

    decided(request, DECIDER)

    request.refresh_from_db()
    undone = Transaction.objects.get(reverses=request.transaction_id)
    assert (request.decision, request.decided_by, request.reversal) == ("approved", DECIDER, undone)
    assert (undone.reason, undone.actor_id, balance_of(ANN)) == ("Twice", DECIDER, 0)
    assert_books_balance()


@pytest.mark.parametrize("approve", [True, False])
def test_who_asked_does_not_decide(approve: bool) -> None:
    request = asked()
    before = rows()

    with pytest.raises(errors.SamePerson):
        decided(request, ASKER, approve=approve)

    assert rows() == before


def test_what_is_rejected_stays_and_may_be_asked_again() -> None:
    request = asked()
    with pytest.raises(errors.ReversalRequestOpen):
        request_reversal(transaction_id=request.transaction_id, reason="Me too", actor_id=DECIDER)

    decided(request, DECIDER, approve=False)

    assert balance_of(ANN) == LIMIT + 1
    with pytest.raises(errors.ReversalRequestDecided):
        decided(request, DECIDER)
    again = request_reversal(transaction_id=request.transaction_id, reason="!", actor_id=DECIDER)
    decided(again, ASKER)
    assert balance_of(ANN) == 0


def test_an_approval_that_cannot_be_carried_out_leaves_the_request_open() -> None:
    first, original = asked(), Transaction.objects.get()
    decided(first, DECIDER)
    with pytest.raises(errors.AlreadyReversed):
        request_reversal(transaction_id=original.pk, reason="Again", actor_id=ASKER)
    second = asked()
    Account.objects.filter(code=ANN.code).update(status="frozen")

    with pytest.raises(errors.AccountFrozen):
        decided(second, DECIDER)

    second.refresh_from_db()
    assert second.is_open


def test_strangers_and_blanks_are_refused() -> None:
    with pytest.raises(errors.ReversalRequestNotFound):
        approve_reversal(request_id=uuid7(), reason="?", actor_id=DECIDER)
    with pytest.raises(errors.ReasonMissing):
        reject_reversal(request_id=asked().pk, reason=" ", actor_id=DECIDER)
    with pytest.raises(errors.ReasonMissing):
        request_reversal(transaction_id=uuid7(), reason="", actor_id=ASKER)


UPDATE = "UPDATE ledger_reversalrequest SET "
DECIDED = UPDATE + "decision = %s, decided_by = %s, decided_at = %s, reversal_id = %s"

ATTACKS: dict[str, tuple[str, Callable[[Pen], None]]] = {
    "deciding alone": (
        "ledger_reversalrequest_two_people",
        lambda pen: pen.write(DECIDED, "rejected", ASKER, LATER, None),
    ),
    "approving without a reversal": (
        "ledger_reversalrequest_decided_whole",
        lambda pen: pen.write(DECIDED, "approved", DECIDER, LATER, None),
    ),
    "approving with another transaction": (
        "ledger_reversalrequest_is_its_reversal",
        lambda pen: pen.write(DECIDED, "approved", DECIDER, LATER, Transaction.objects.get().pk),
    ),
    "another asker": (
        "ledger_reversalrequest_decided_once",
        lambda pen: pen.write(UPDATE + "requested_by = %s", DECIDER),
    ),
    "deleting": (
        "append_only|append-only",
        lambda pen: pen.write("DELETE FROM ledger_reversalrequest"),
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_database_wants_two_people(name: str) -> None:
    rule, attack = ATTACKS[name]
    asked()

    with refused(rule) as pen:
        attack(pen)


def test_a_decision_is_not_changed() -> None:
    decided(asked(), DECIDER, approve=False)

    with refused("ledger_reversalrequest_decided_once") as pen:
        pen.write(UPDATE + "decision_reason = 'other'")


def test_the_api_says_that_two_people_are_needed(api: Any, dana: Any) -> None:
    posted = fund(ANN, LIMIT + 1)
    before = rows()

    answer = api(dana, **{"Idempotency-Key": "k"}).post(
        f"/api/v1/transactions/{posted.transaction_id}/rollback", {"reason": "Twice"}, format="json"
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "second_person_needed")
    assert rows() == before
