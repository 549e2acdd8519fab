from datetime import UTC, datetime
from uuid import UUID

import pytest

from ledger.canonical import entry_hash, pack
from ledger.models import EMPTY_HASH, Account, Entry
from ledger.services import post
from ledger.tests.books import fund, move, pot

ANN, BEN = pot("ann"), pot("ben")


@pytest.mark.django_db
def test_entries_are_chained_per_account() -> None:
    fund(ANN, 100)
    post(move(ANN, BEN, 10))

    first, second = Entry.objects.filter(account__code=ANN.code).order_by("account_seq")

    assert bytes(first.entry_hash) == entry_hash(EMPTY_HASH, ANN.code, first)
    assert bytes(second.entry_hash) == entry_hash(bytes(first.entry_hash), ANN.code, second)
    assert bytes(Account.objects.get(code=ANN.code).head_hash) == bytes(second.entry_hash)


def test_the_hashed_form_is_the_same_forever() -> None:
    entry = Entry(
        account_seq=2,
        transaction_id=UUID("01900000-0000-7000-8000-000000000001"),
        line_no=1,
        lines=2,
        currency="GBP",
        amount=-10,
        balance_after=90,
        recorded_at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    )

    digest = entry_hash(bytes(32), "pot:ann:GBP", entry)

    assert digest.hex() == "c4e9d2dc94e23083b6cf16acc07a7c0a712a3b9a1fb172078ea478716376a5b1"


def test_no_two_lists_of_fields_are_packed_alike() -> None:
    lists = [[b"ab", b"c"], [b"a", b"bc"], [b"abc"], [b"abc", b""], []]

    assert len({pack(fields) for fields in lists}) == len(lists)
