from uuid import UUID

import pytest

from core.ids import uuid7
from core.money import Money
from ledger import errors
from ledger.chart import hot, wallet
from ledger.models import Account, Entry, Transaction
from ledger.services import (
    Line,
    Posted,
    Posting,
    new_hold,
    place_hold,
    post,
    reverse_transaction,
    void_hold,
)
from ledger.testing import assert_books_balance
from ledger.tests.books import balance_of, fund, move, pot, rows

pytestmark = pytest.mark.django_db

ANN, BEN = pot("ann"), pot("ben")


def undo(posting: Posting, original: UUID, key: str = "undo") -> Posting:
    lines = tuple(Line(line.account, -line.amount) for line in reversed(posting.lines))
    return Posting("reversal", key, lines, reverses=original)


def test_a_reversal_puts_things_back_once() -> None:
    fund(ANN, 100)
    lunch = move(ANN, BEN, 30)
    original = post(lunch).transaction_id

    post(undo(lunch, original))

    assert (balance_of(ANN), balance_of(BEN)) == (100, 0)
    assert Transaction.objects.get(pk=original).is_reversed
    assert post(undo(lunch, original)).replayed
    fund(BEN, 100)
    with pytest.raises(errors.AlreadyReversed):
        post(undo(lunch, original, key="again"))
    assert_books_balance()


def test_a_reversal_negates_its_transaction_and_no_other() -> None:
    fund(ANN, 100)
    original = post(move(ANN, BEN, 30)).transaction_id
    before = rows()

    with pytest.raises(errors.ReversalInexact):
        post(undo(move(ANN, BEN, 29), original))
    with pytest.raises(errors.TransactionNotFound):
        post(undo(move(ANN, BEN, 30), uuid7()))

    assert rows() == before


FINANCE = uuid7()


def reverse(original: UUID, key: str = "r", reason: str = "Wrong person") -> Posted:
    return reverse_transaction(
        transaction_id=original, reason=reason, key=key, scope="tests", actor_id=FINANCE
    )


def amounts(transaction_id: UUID) -> dict[str, int]:
    entries = Entry.objects.filter(transaction=transaction_id)
    return dict(entries.values_list("account__code", "amount"))


def test_every_line_is_negated_on_its_own_account() -> None:
    fund(ANN, 100)
    fees = hot("pot:fees:GBP", "commission", "GBP")
    lines = (Line(ANN, -100), Line(BEN, 90), Line(fees, 10))
    original = post(Posting("sale", "k", lines)).transaction_id

    undone = reverse(original).transaction_id

    assert amounts(undone) == {code: -amount for code, amount in amounts(original).items()}
    header = Transaction.objects.get(pk=undone)
    assert (header.kind, header.reverses_id) == ("reversal", original)
    assert (header.reason, header.actor_id) == ("Wrong person", FINANCE)
    assert (balance_of(ANN), balance_of(BEN), balance_of(fees)) == (100, 0, 0)
    assert_books_balance()


def test_a_repeated_key_answers_its_first_reversal() -> None:
    original = fund(ANN, 100).transaction_id
    first = reverse(original)

    again = reverse(original)

    assert (again.transaction_id, again.replayed) == (first.transaction_id, True)
    assert balance_of(ANN) == 0


def test_a_reversal_is_reversed_like_any_transaction() -> None:
    original = fund(ANN, 100).transaction_id
    undone = reverse(original).transaction_id

    redone = reverse(undone, key="again").transaction_id

    assert amounts(redone) == amounts(original)
    assert balance_of(ANN) == 100
    assert_books_balance()


def refused(original: UUID, error: type[Exception], **options: str) -> None:
    before = rows()
    with pytest.raises(error):
        reverse(original, **options)
    assert rows() == before


def test_what_may_not_be_reversed_stays() -> None:
    original = fund(ANN, 100).transaction_id

    refused(original, errors.ReasonMissing, reason=" ")
    refused(uuid7(), errors.TransactionNotFound)
    post(move(ANN, BEN, 1))
    refused(original, errors.InsufficientFunds)
    post(move(BEN, ANN, 1))
    Account.objects.filter(code=ANN.code).update(status="frozen")
    refused(original, errors.AccountFrozen)
    Account.objects.filter(code=ANN.code).update(status="open")
    reverse(original)
    refused(original, errors.AlreadyReversed, key="again")


def test_what_a_hold_hangs_on_is_not_reversed() -> None:
    person = uuid7()
    fund(wallet(person, "GBP"), 100)
    new = new_hold(user_id=person, amount=Money(60, "GBP"), purpose="bid", lasting=None)
    hold = place_hold(new, key="h", scope="tests", actor_id=person)
    refused(hold.placed_by_id, errors.HoldsNotReversible)

    ended = void_hold(hold_id=hold.pk, key="v", scope="tests", actor_id=person)

    refused(hold.placed_by_id, errors.HoldsNotReversible)
    refused(ended.transaction_id, errors.HoldsNotReversible)


def test_a_key_that_moved_other_money_reverses_nothing() -> None:
    first, second = fund(ANN, 100).transaction_id, fund(ANN, 50).transaction_id
    reverse(first)

    refused(second, errors.IdempotencyMismatch)
