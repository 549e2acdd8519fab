from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from core.ids import uuid7
from core.money import Money
from ledger import errors
from ledger.chart import funding, wallet
from ledger.models import Account, Transaction
from ledger.services import Posted, Step, check_version, credit, debit, post_all, transfer
from ledger.testing import assert_books_balance
from ledger.tests.books import balance_of, fund, rows

pytestmark = pytest.mark.django_db

FINANCE = uuid7()


def pounds(minor: int) -> Money:
    return Money(minor, "GBP")


def purse(person: Any) -> int:
    return balance_of(wallet(person.pk, "GBP"))


def send(source: Any, target: Any, minor: int, key: str = "k", memo: str = "") -> Posted:
    return transfer(
        from_user_id=source.pk,
        to_user_id=target.pk,
        amount=pounds(minor),
        key=key,
        scope="tests",
        memo=memo,
    )


def withdraw(person: Any, minor: int, key: str = "k", actor: UUID | None = None) -> Posted:
    return debit(
        user_id=person.pk,
        amount=pounds(minor),
        key=key,
        scope="tests",
        actor_id=actor or person.pk,
        reason="Rent",
    )


@pytest.fixture
def rich(bob: Any) -> Any:
    fund(wallet(bob.pk, "GBP"), 10_000)
    return bob


def test_a_debit_pays_out_of_the_wallet_once_per_key(rich: Any) -> None:
    first = withdraw(rich, 300)

    assert withdraw(rich, 300).transaction_id == first.transaction_id
    header = Transaction.objects.get(pk=first.transaction_id)
    assert (header.kind, header.reason, header.actor_id) == ("debit", "Rent", rich.pk)
    assert (purse(rich), balance_of(funding("GBP"))) == (9700, -9700)
    assert_books_balance()


def test_a_transfer_moves_money_to_another_once_per_key(rich: Any, alice: Any) -> None:
    first = send(rich, alice, 300, memo="Lunch")

    assert send(rich, alice, 300, memo="Lunch").transaction_id == first.transaction_id
    header = Transaction.objects.get(pk=first.transaction_id)
    assert (header.kind, header.reason, header.actor_id) == ("transfer", "Lunch", rich.pk)
    assert (purse(rich), purse(alice)) == (9700, 300)
    assert_books_balance()


def test_a_repeated_transfer_answers_also_when_the_recipient_has_left(
    rich: Any, alice: Any
) -> None:
    first = send(rich, alice, 300)
    alice.is_active = False
    alice.save()

    assert send(rich, alice, 300).transaction_id == first.transaction_id
    with pytest.raises(errors.UserNotFound) as refused:
        send(rich, alice, 300, key="other")
    assert refused.value.field == "to_user_id"


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda bob, alice: send(bob, alice, 10_001), errors.InsufficientFunds),
        (lambda bob, alice: send(bob, alice, 0), errors.PostingRefused),
        (lambda bob, alice: send(bob, alice, -1), errors.PostingRefused),
        (lambda bob, alice: send(alice, bob, 1), errors.InsufficientFunds),
        (lambda bob, alice: send(bob, bob, 1), errors.TransferToSelf),
        (lambda bob, alice: withdraw(bob, 10_001), errors.InsufficientFunds),
        (lambda bob, alice: withdraw(bob, 0), errors.PostingRefused),
        (lambda bob, alice: withdraw(bob, -1), errors.PostingRefused),
    ],
)
def test_a_refusal_leaves_everything_as_it_was(
    rich: Any, alice: Any, act: Callable[[Any, Any], Posted], error: type[Exception]
) -> None:
    before = rows()

    with pytest.raises(error):
        act(rich, alice)

    assert rows() == before


@pytest.mark.parametrize("frozen", ["bob", "alice"])
def test_a_frozen_wallet_neither_sends_nor_receives(rich: Any, alice: Any, frozen: str) -> None:
    send(rich, alice, 1)
    owner = {"bob": rich, "alice": alice}[frozen].pk
    Account.objects.filter(owner_id=owner).update(status="frozen")
    before = rows()

    with pytest.raises(errors.AccountFrozen):
        send(rich, alice, 1, key="other")

    assert rows() == before


def steps(rich: Any, alice: Any, last: int = 100) -> list[Step]:
    return [
        Step("credit", None, alice.pk, pounds(500), "Welcome"),
        Step("transfer", alice.pk, rich.pk, pounds(450)),
        Step("debit", rich.pk, None, pounds(last)),
    ]


def together(some: list[Step], key: str = "k") -> list[Posted]:
    return post_all(steps=some, key=key, scope="tests", actor_id=FINANCE)


def test_a_batch_happens_in_order_and_once(rich: Any, alice: Any) -> None:
    first = together(steps(rich, alice))

    assert [one.transaction_id for one in together(steps(rich, alice))] == [
        one.transaction_id for one in first
    ]
    assert (purse(alice), purse(rich)) == (50, 10_350)
    kinds = Transaction.objects.filter(idem_scope__startswith="tests:").order_by("idem_scope")
    assert [one.kind for one in kinds] == ["credit", "transfer", "debit"]
    assert {one.actor_id for one in kinds} == {FINANCE}
    assert_books_balance()


def test_a_batch_happens_as_a_whole_or_not_at_all(rich: Any, alice: Any) -> None:
    before = rows()

    with pytest.raises(errors.InsufficientFunds):
        together(steps(rich, alice, last=10_451))

    assert rows() == before


def test_a_batch_repeated_with_more_steps_is_another_request(rich: Any, alice: Any) -> None:
    together(steps(rich, alice))
    before = rows()

    with pytest.raises(errors.IdempotencyMismatch):
        together([*steps(rich, alice), Step("credit", None, alice.pk, pounds(1))])

    assert rows() == before


@pytest.mark.parametrize("length", [0, 101])
def test_a_batch_has_at_least_one_step_and_not_too_many(alice: Any, length: int) -> None:
    with pytest.raises(errors.PostingRefused):
        together([Step("credit", None, alice.pk, pounds(1))] * length)

    assert not any(rows())


def test_a_batch_of_a_hundred_takes_as_many_queries_as_one_of_three(
    alice: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(16):
        together([Step("credit", None, alice.pk, pounds(n)) for n in range(1, 101)])

    assert purse(alice) == 5050
    assert_books_balance()


def test_the_version_is_that_which_the_posting_found(rich: Any, alice: Any) -> None:
    code = wallet(rich.pk, "GBP").code
    posted = send(rich, alice, 100)

    check_version(posted, code, 1)
    check_version(posted, code, None)
    with pytest.raises(errors.VersionMismatch) as refused:
        check_version(posted, code, 2)
    assert refused.value.facts == {"current": 1}


def test_credit_keeps_to_its_key(alice: Any) -> None:
    def top_up(minor: int) -> Posted:
        return credit(
            user_id=alice.pk, amount=pounds(minor), key="k", scope="tests", actor_id=FINANCE
        )

    top_up(5)
    assert top_up(5).replayed
    with pytest.raises(errors.IdempotencyMismatch):
        top_up(6)
    assert purse(alice) == 5
