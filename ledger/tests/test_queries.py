from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from core import guards
from core.ids import uuid7
from ledger import queries
from ledger.chart import wallet
from ledger.services import post
from ledger.testing import assert_books_balance
from ledger.tests.books import Pen, fund, move, pot

pytestmark = pytest.mark.django_db

ANN, BEN = pot("ann"), pot("ben")

USER = uuid7()


def test_transactions_of_a_person_are_those_of_their_wallets() -> None:
    mine = fund(wallet(USER, "GBP"), 100).transaction_id
    fund(ANN, 100)

    assert [each.pk for each in queries.transactions_of(USER)] == [mine]
    assert queries.transactions_of(None).count() == 2


TAMPERED = {
    "entry_amount": (
        "UPDATE ledger_entry SET amount = amount + 1 WHERE amount > 0 AND account_seq = 1",
        {"running balance", "hash chain", "transaction balanced"},
    ),
    "entry_time": (
        "UPDATE ledger_entry SET recorded_at = '2001-01-01 00:00:00' WHERE account_seq = 2",
        {"time does not go back", "hash chain", "account projects its last entry"},
    ),
    "entry_hash": (
        "UPDATE ledger_entry SET entry_hash ="
        " (SELECT head_hash FROM ledger_account WHERE code = 'pot:ben:GBP')"
        " WHERE account_seq = 1 AND amount = 100",
        {"hash chain"},
    ),
    "balance": (
        "UPDATE ledger_account SET balance = 71 WHERE balance = 70",
        {"account projects its last entry", "currency sums to zero"},
    ),
    "head": (
        "UPDATE ledger_account SET head_hash ="
        " (SELECT entry_hash FROM ledger_entry WHERE amount = 100) WHERE code = 'pot:ben:GBP'",
        {"head hash is the last entry's"},
    ),
    "newest_entries": (
        "DELETE FROM ledger_entry WHERE transaction_id ="
        " (SELECT id FROM ledger_transaction WHERE idem_key = 'lunch')",
        {
            "transaction complete",
            "account projects its last entry",
            "head hash is the last entry's",
        },
    ),
    "first_entry": (
        "DELETE FROM ledger_entry WHERE amount = 100",
        {
            "transaction complete",
            "transaction balanced",
            "sequence without gaps",
            "running balance",
            "hash chain",
        },
    ),
    "header": (
        "DELETE FROM ledger_transaction WHERE idem_key = 'lunch'",
        {"entries have a header"},
    ),
    "floor": (
        "UPDATE ledger_entry SET balance_after = -1 WHERE amount = 30",
        {"not below floor", "running balance", "hash chain", "account projects its last entry"},
    ),
    "currency": (
        "UPDATE ledger_entry SET currency = 'EUR' WHERE amount = 30",
        {"entry in its account's currency", "hash chain", "transaction balanced"},
    ),
    "reversal": (
        "UPDATE ledger_transaction SET reverses_id ="
        " (SELECT id FROM ledger_transaction WHERE idem_key <> 'lunch') WHERE idem_key = 'lunch'",
        {"reversal exact"},
    ),
}


@contextmanager
def unguarded() -> Iterator[None]:
    """Without guards and foreign keys, as the owner of the tables could; undone at the end."""
    with transaction.atomic():
        if connection.vendor == "sqlite":
            guards.drop()
        else:
            Pen().write("SET LOCAL session_replication_role = replica")
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize(("sql", "rules"), TAMPERED.values(), ids=TAMPERED)
def test_tampering_past_the_guards_is_found(sql: str, rules: set[str]) -> None:
    fund(ANN, 100)
    post(move(ANN, BEN, 30, key="lunch"))
    assert_books_balance()
    pen = Pen()

    with unguarded():
        pen.write(sql)
        found = {each.rule for each in queries.discrepancies()}
        with pytest.raises(AssertionError, match="do not balance"):
            assert_books_balance()

    assert pen.refusals == []
    assert found == rules
