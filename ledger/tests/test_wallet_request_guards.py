"""The database holds a request to its money, whoever writes: see ``test_wallet_requests``."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from core import clock
from core.ids import uuid7
from core.money import Money
from ledger.chart import clearing, funding, wallet
from ledger.models import WalletRequest
from ledger.postings import Line, Posting, Resolution
from ledger.services import credit, post
from ledger.services.holds import ending
from ledger.tests.attacks import refused
from ledger.tests.books import LATER, fund, rows
from ledger.tests.held import place
from ledger.tests.test_wallet_requests import FINANCE, confirm, top_up, withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(bob: Any) -> Any:
    fund(wallet(bob.pk, "GBP"), 10_000)
    return bob


def forged(request: WalletRequest, transaction_id: UUID | None, **columns: Any) -> None:
    """Mark ``request`` decided past the service."""
    usual = {"status": "confirmed", "reference": "F", "decided_by": FINANCE}
    usual |= {"decided_at": clock.db_now(), "transaction_id": transaction_id}
    WalletRequest.objects.filter(pk=request.pk).update(**usual | columns)


def credited(person: Any, minor: int) -> UUID:
    return credit(
        user_id=person.pk,
        amount=Money(minor, "GBP"),
        key=uuid7().hex,
        scope="tests",
        actor_id=FINANCE,
    ).transaction_id


def cleared(person: Any, minor: int, provider: str = "bank") -> UUID:
    lines = Line(clearing(provider, "GBP"), -minor), Line(wallet(person.pk, "GBP"), minor)
    return post(Posting("forged", uuid7().hex, lines)).transaction_id


FALSE_TOP_UPS: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "nothing moved": lambda bob, _: {"transaction_id": None},
    "from elsewhere": lambda bob, _: {"transaction_id": credited(bob, 500)},
    "too much": lambda bob, _: {"transaction_id": cleared(bob, 501)},
    "to another": lambda bob, alice: {"transaction_id": cleared(alice, 500)},
    "by another provider": lambda bob, _: {"transaction_id": cleared(bob, 500, "bankers")},
    "by its owner": lambda bob, _: {
        "transaction_id": cleared(bob, 500),
        "decided_by": bob.pk,
    },
    "without a reference": lambda bob, _: {"transaction_id": cleared(bob, 500), "reference": ""},
    "of another amount": lambda bob, _: {"transaction_id": cleared(bob, 501), "amount": 501},
    "cancelled by finance": lambda bob, _: {"transaction_id": None, "status": "cancelled"},
    "rejected for no reason": lambda bob, _: {"transaction_id": None, "status": "rejected"},
}


@pytest.mark.parametrize("name", FALSE_TOP_UPS)
def test_a_top_up_is_confirmed_by_exactly_its_money(rich: Any, alice: Any, name: str) -> None:
    request = top_up(rich, 500)
    columns = FALSE_TOP_UPS[name](rich, alice)

    with refused("ledger_walletrequest|CHECK constraint"):
        forged(request, **columns)


def returned(request: WalletRequest, kind: str, captured: int = 0) -> UUID:
    """End the hold of ``request``, with what is captured going to funding."""
    assert request.hold
    ends = (Resolution(request.hold.pk, kind, captured),)
    rest = (Line(funding("GBP"), captured),) if captured else ()
    lines = (*ending(request.hold, captured), *rest)
    return post(Posting("forged", uuid7().hex, lines, resolves=ends)).transaction_id


FALSE_WITHDRAWALS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "nothing moved": lambda it: {"transaction_id": it.hold.placed_by_id},
    "to elsewhere": lambda it: {"transaction_id": returned(it, "captured", 500)},
    "part of it": lambda it: {"transaction_id": returned(it, "captured", 499)},
    "given back": lambda it: {"transaction_id": returned(it, "voided")},
    "rejected and paid out": lambda it: {
        "transaction_id": returned(it, "captured", 500),
        "status": "rejected",
        "reason": "No",
    },
    "rejected and still held": lambda it: {
        "transaction_id": it.hold.placed_by_id,
        "status": "rejected",
        "reason": "No",
    },
    "another destination": lambda it: {
        "transaction_id": returned(it, "voided"),
        "status": "rejected",
        "reason": "No",
        "destination": "12345678",
    },
}


@pytest.mark.parametrize("name", FALSE_WITHDRAWALS)
def test_a_withdrawal_is_decided_by_exactly_its_hold(rich: Any, name: str) -> None:
    request = withdraw(rich, 500)
    columns = FALSE_WITHDRAWALS[name](request)

    with refused("ledger_walletrequest|CHECK constraint"):
        forged(request, **columns)


def made(person: Any, **columns: Any) -> WalletRequest:
    """A withdrawal, not saved, right in every column that ``columns`` leaves out."""
    usual = {"kind": "withdrawal", "provider": "bank", "created_at": clock.db_now()}
    usual |= {"owner_id": person.pk, "amount": 500, "currency": "GBP", "destination": "12345678"}
    usual |= {"hold_id": place(person.pk, 500, purpose="withdrawal").pk}
    return WalletRequest(**usual | columns)


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "confirmed", "decided_by": FINANCE, "decided_at": LATER, "reference": "F"},
        {"hold_id": None},
        {"amount": 501},
        {"owner_id": uuid7()},
        {"currency": "EUR"},
        {"destination": ""},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_a_withdrawal_is_made_pending_with_a_hold_of_its_own(
    rich: Any, columns: dict[str, Any]
) -> None:
    made(rich).save(force_insert=True)
    false = made(rich, **columns)
    before = rows()

    with pytest.raises(DatabaseError), transaction.atomic():
        false.save(force_insert=True)

    assert rows() == before


def test_requests_are_history(rich: Any) -> None:
    request = top_up(rich, 500)
    confirm(request)

    with refused("walletrequest_decided_once") as pen:
        pen.write("UPDATE ledger_walletrequest SET status = 'pending'")
    with refused("walletrequest_append_only") as pen:
        pen.write("DELETE FROM ledger_walletrequest")
