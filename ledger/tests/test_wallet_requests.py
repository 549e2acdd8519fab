"""Top-ups and withdrawals: pending until finance decides, once, and tied to what moved."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from core.errors import DomainError
from core.ids import uuid7
from core.models import AuditEntry, Event
from core.money import Money
from ledger import errors
from ledger.chart import clearing, held, wallet
from ledger.models import Account, SpendingLimit, Transaction, WalletRequest
from ledger.services import (
    cancel_wallet_request,
    confirm_wallet_request,
    reject_wallet_request,
    request_top_up,
    request_withdrawal,
    transfer,
)
from ledger.services.wallet_requests import MAX_PENDING
from ledger.testing import assert_books_balance
from ledger.tests.books import balance_of, fund, rows
from ledger.tests.test_concurrency import race
from ledger.tests.test_limits import refused as limited

pytestmark = pytest.mark.django_db

FINANCE = uuid7()
IBAN = "GB82 WEST 1234 5698 7654 32"


def top_up(person: Any, minor: int, currency: str = "GBP") -> WalletRequest:
    return request_top_up(owner_id=person.pk, amount=Money(minor, currency), provider="bank")


def withdraw(person: Any, minor: int, currency: str = "GBP", to: str = IBAN) -> WalletRequest:
    return request_withdrawal(
        owner_id=person.pk, amount=Money(minor, currency), provider="bank", destination=to
    )


def confirm(request: WalletRequest, reference: str = "BACS 1", actor: UUID = FINANCE) -> Any:
    return confirm_wallet_request(request_id=request.pk, reference=reference, actor_id=actor)


def reject(request: WalletRequest, reason: str = "No such payment", actor: UUID = FINANCE) -> Any:
    return reject_wallet_request(request_id=request.pk, reason=reason, actor_id=actor)


def cancel(request: WalletRequest, owner: UUID | None = None) -> Any:
    return cancel_wallet_request(request_id=request.pk, owner_id=owner or request.owner_id)


def purse(person: Any, currency: str = "GBP") -> tuple[int, int, int]:
    """Available, held, and what the provider has."""
    accounts = wallet(person.pk, currency), held(person.pk, currency), clearing("bank", currency)
    return balance_of(accounts[0]), balance_of(accounts[1]), balance_of(accounts[2])


def news() -> list[str]:
    kinds = Event.objects.filter(kind__regex="^(top_up|withdrawal)").order_by("at", "pk")
    return list(kinds.values_list("kind", flat=True))


@pytest.fixture
def rich(bob: Any) -> Any:
    fund(wallet(bob.pk, "GBP"), 10_000)
    return bob


@pytest.mark.parametrize("currency", ["GBP", "JPY", "BHD"])
def test_a_top_up_moves_nothing_until_it_is_confirmed(bob: Any, currency: str) -> None:
    request = top_up(bob, 5_000, currency)
    assert (purse(bob, currency), Transaction.objects.count()) == ((0, 0, 0), 0)

    confirmed = confirm(request, "  bacs \t 17 ")

    assert purse(bob, currency) == (5_000, 0, -5_000)
    assert (confirmed.status, confirmed.reference, confirmed.decided_by) == (
        "confirmed",
        "BACS 17",
        FINANCE,
    )
    header = Transaction.objects.get()
    assert (header.kind, header.actor_id, confirmed.transaction_id) == (
        "top_up",
        FINANCE,
        header.pk,
    )
    assert header.metadata == {
        "provider": "bank",
        "request": str(request.pk),
        "reference": "BACS 17",
    }
    assert news() == ["top_up.requested", "top_up.confirmed"]
    assert AuditEntry.objects.get().action == "confirmed_top_up"
    assert_books_balance()


def test_a_withdrawal_is_held_and_then_paid_out(rich: Any) -> None:
    request = withdraw(rich, 4_000)
    assert purse(rich) == (6_000, 4_000, 0)
    assert (request.destination, request.masked_destination) == (
        "GB82WEST12345698765432",
        "•••• 5432",
    )

    confirmed = confirm(request)

    assert purse(rich) == (6_000, 0, 4_000)
    assert Transaction.objects.get(wallet_request=confirmed).kind == "withdrawal_paid"
    assert news() == ["withdrawal.requested", "withdrawal.confirmed"]
    assert_books_balance()


@pytest.mark.parametrize(("end", "status"), [(reject, "rejected"), (cancel, "cancelled")])
def test_a_withdrawal_that_comes_to_nothing_comes_back(
    rich: Any, end: Callable[[WalletRequest], WalletRequest], status: str
) -> None:
    ended = end(withdraw(rich, 4_000))

    assert (ended.status, purse(rich)) == (status, (10_000, 0, 0))
    assert Transaction.objects.get(wallet_request=ended).kind == "withdrawal_returned"
    assert news()[1:] == [f"withdrawal.{status}"]
    assert AuditEntry.objects.count() == (status == "rejected")
    assert_books_balance()


@pytest.mark.parametrize(("end", "status"), [(reject, "rejected"), (cancel, "cancelled")])
def test_a_top_up_that_comes_to_nothing_moves_nothing(
    bob: Any, end: Callable[[WalletRequest], WalletRequest], status: str
) -> None:
    ended = end(top_up(bob, 4_000))

    assert (ended.status, ended.transaction_id, Transaction.objects.count()) == (status, None, 0)


@pytest.mark.parametrize("make", [top_up, withdraw])
@pytest.mark.parametrize("first", [confirm, reject, cancel])
@pytest.mark.parametrize("then", [confirm, reject, cancel])
def test_a_request_is_decided_once(rich: Any, make: Any, first: Any, then: Any) -> None:
    request = make(rich, 100)
    first(request)
    before, told = rows(), news()

    if first == then == cancel:
        assert cancel(request).status == "cancelled"
    else:
        with pytest.raises(errors.WalletRequestDecided):
            then(request)

    assert (rows(), news()) == (before, told)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda bob: top_up(bob, 0), errors.PostingRefused),
        (lambda bob: withdraw(bob, -1), errors.PostingRefused),
        (lambda bob: withdraw(bob, 10_001), errors.InsufficientFunds),
        (lambda bob: withdraw(bob, 1, "EUR"), errors.InsufficientFunds),
        (lambda bob: top_up(bob, 1, "CHF"), errors.ProviderNotFound),
        (lambda bob: withdraw(bob, 1, to="GB82 WEST 1234 5698 7654 33"), errors.DestinationRefused),
        (lambda bob: withdraw(bob, 1, to="GB82"), errors.DestinationRefused),
        (lambda bob: withdraw(bob, 1, to="my account"), errors.DestinationRefused),
        (lambda bob: withdraw(bob, 1, to="=1+1234567"), errors.DestinationRefused),
    ],
)
def test_what_cannot_be_requested_leaves_nothing(
    rich: Any, act: Callable[[Any], object], error: type[DomainError]
) -> None:
    before = rows()

    with pytest.raises(error):
        act(rich)

    assert (rows(), news()) == (before, [])


def test_another_number_than_an_iban_is_kept_as_it_was_written(rich: Any) -> None:
    assert withdraw(rich, 1, to=" 20-15-55  12345678 ").destination == "20-15-55 12345678"


def test_finance_decides_with_reason_and_reference_and_not_on_its_own(rich: Any) -> None:
    request = withdraw(rich, 100)
    before = rows()

    with pytest.raises(errors.OwnWalletRequest):
        confirm(request, actor=rich.pk)
    with pytest.raises(errors.OwnWalletRequest):
        reject(request, actor=rich.pk)
    with pytest.raises(errors.ReferenceMissing):
        confirm(request, " ")
    with pytest.raises(errors.ReasonMissing):
        reject(request, " ")
    with pytest.raises(errors.WalletRequestNotFound):
        cancel(request, owner=uuid7())
    with pytest.raises(errors.WalletRequestNotFound):
        confirm(WalletRequest(pk=uuid7()))

    assert rows() == before


def test_one_bank_payment_confirms_one_top_up(rich: Any, alice: Any) -> None:
    confirm(top_up(rich, 100), "BACS 1")
    confirm(withdraw(rich, 100), "bacs 1")  # going out is another payment
    other = top_up(alice, 100)
    before = rows()

    with pytest.raises(errors.ReferenceUsed):
        confirm(other, " bacs  1")

    assert rows() == before


def test_a_person_has_only_so_many_requests_waiting(rich: Any, alice: Any) -> None:
    made = [top_up(rich, 1) for _ in range(MAX_PENDING)]
    top_up(alice, 1)
    with pytest.raises(errors.TooManyPending):
        withdraw(rich, 1)

    cancel(made[0])

    withdraw(rich, 1)


def test_limits_apply_to_withdrawals_unless_they_came_back(rich: Any) -> None:
    SpendingLimit.objects.create(currency="GBP", daily_total=1_000)
    first = withdraw(rich, 600)
    assert limited(lambda: withdraw(rich, 401))["used"] == "6.00"

    reject(first)
    confirm(withdraw(rich, 1_000))

    assert limited(lambda: withdraw(rich, 1))["used"] == "10.00"


def test_a_frozen_wallet_takes_and_gives_nothing(rich: Any) -> None:
    waiting, asked = top_up(rich, 100), withdraw(rich, 100)
    Account.objects.filter(code=wallet(rich.pk, "GBP").code).update(status="frozen")
    before = rows()

    for act in (
        lambda: confirm(waiting),
        lambda: reject(asked),
        lambda: cancel(asked),
        lambda: withdraw(rich, 1),
    ):
        with pytest.raises(errors.AccountFrozen):
            act()

    assert rows() == before


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
@pytest.mark.parametrize("make", [top_up, withdraw])
def test_of_confirming_rejecting_and_cancelling_exactly_one_happens(rich: Any, make: Any) -> None:
    request = make(rich, 4_000)

    outcomes = race(
        *[lambda: confirm(request)] * 3, *[lambda: reject(request)] * 3, lambda: cancel(request)
    )

    kinds = [type(one) for one in outcomes]
    assert kinds.count(WalletRequest) == 1
    assert kinds.count(errors.WalletRequestDecided) == 6
    request.refresh_from_db()
    way = 1 if make is top_up else -1
    moved = way * 4_000 if request.status == "confirmed" else 0
    assert purse(rich) == (10_000 + moved, 0, -moved)
    assert len(news()) == 2
    assert_books_balance()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_one_payment_confirms_one_of_many_requests_at_once(rich: Any) -> None:
    made = [top_up(rich, 100) for _ in range(6)]

    outcomes = race(*[lambda one=one: confirm(one, "BACS 9") for one in made])

    assert [type(one) for one in outcomes].count(errors.ReferenceUsed) == 5
    assert purse(rich) == (10_100, 0, -100)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_what_is_asked_for_at_once_is_not_spent_twice(rich: Any, alice: Any) -> None:
    def send(n: int) -> object:
        return transfer(
            from_user_id=rich.pk,
            to_user_id=alice.pk,
            amount=Money(4_000, "GBP"),
            key=f"{n}",
            scope="tests",
        )

    outcomes = race(*[lambda: withdraw(rich, 4_000)] * 4, *[lambda n=n: send(n) for n in range(4)])

    assert [type(one) for one in outcomes].count(errors.InsufficientFunds) == 6
    assert purse(rich)[0] == 2_000
    assert_books_balance()
