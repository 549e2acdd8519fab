from uuid import UUID

import pytest

from core.ids import uuid7
from ledger import errors
from ledger.models import Transaction
from ledger.services import Line, Posting, post
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
