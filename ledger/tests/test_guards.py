"""Raw SQL against the books, past every line of Python: the database itself must refuse it.

Each attack ends in a refusal by the rule that is named beside it, and leaves every row as it was.
On SQLite a refused statement is skipped and the attack goes on, so that what an ``OR FAIL`` or a
swallowed error leaves behind would be found.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from core import guards
from core.ids import uuid7
from ledger.models import Account, Transaction
from ledger.services import Line, Posting, post
from ledger.testing import assert_books_balance
from ledger.tests import attacks
from ledger.tests.attacks import ANN, BEN, EVE, FROZEN, LONG_AGO, lunch, refused
from ledger.tests.books import FUNDING, LATER, Pen, fund, rows

pytestmark = pytest.mark.django_db

Attack = Callable[[Pen], None]


@pytest.fixture(autouse=True)
def books() -> None:
    attacks.open_books()


STATEMENTS = {
    "edit an amount": ("UPDATE ledger_entry SET amount = amount * 2", "entry_append_only"),
    "edit a running balance": ("UPDATE ledger_entry SET balance_after = 1", "entry_append_only"),
    "re-date an entry": (
        "UPDATE ledger_entry SET recorded_at = '2001-01-01 00:00:00'",
        "entry_append_only",
    ),
    "swap an entry's hash": ("UPDATE ledger_entry SET entry_hash = NULL", "entry_append_only"),
    "delete the newest entry": (
        "DELETE FROM ledger_entry WHERE id = (SELECT max(id) FROM ledger_entry)",
        "entry_append_only",
    ),
    "edit a header": ("UPDATE ledger_transaction SET reason = 'gift'", "transaction_append_only"),
    "change a header's key": (
        "UPDATE ledger_transaction SET idem_key = 'x' WHERE idem_key = 'lunch'",
        "transaction_append_only",
    ),
    "delete a header": ("DELETE FROM ledger_transaction", "transaction_append_only"),
    "delete an account": ("DELETE FROM ledger_account", "account_append_only"),
    "add to a balance": (
        "UPDATE ledger_account SET balance = balance + 1",
        "account_is_projection",
    ),
    "take from a balance and the version": (
        "UPDATE ledger_account SET balance = 0, version = 0, last_at = NULL",
        "account_is_projection",
    ),
    "move a version on": (
        "UPDATE ledger_account SET version = version + 1",
        "account_is_projection",
    ),
    "reset the time": (
        "UPDATE ledger_account SET last_at = '2001-01-01 00:00:00'",
        "account_is_projection",
    ),
    "swap two heads": (
        "UPDATE ledger_account SET head_hash = (SELECT entry_hash FROM ledger_entry"
        " WHERE id = (SELECT min(id) FROM ledger_entry))",
        "account_is_projection",
    ),
    "rename an account": ("UPDATE ledger_account SET code = code || '!'", "identity_immutable"),
    "change a currency": ("UPDATE ledger_account SET currency = 'USD'", "identity_immutable"),
    "change a kind": ("UPDATE ledger_account SET kind = 'escrow'", "identity_immutable"),
    "change an id": ("UPDATE ledger_account SET id = id + 1000", "identity_immutable"),
    "raise a floor above the balance": (
        "UPDATE ledger_account SET min_balance = 100000",
        "balance_not_below_floor",
    ),
    "close an account that holds money": (
        "UPDATE ledger_account SET status = 'closed'",
        "closed_is_empty",
    ),
}


@pytest.mark.parametrize(("sql", "rule"), STATEMENTS.values(), ids=STATEMENTS)
def test_one_statement_is_refused(sql: str, rule: str) -> None:
    with refused(rule) as pen:
        pen.write(sql)


UPSERT = """
INSERT INTO ledger_account (code, kind, currency, tier, balance, version, head_hash, status)
VALUES (%s, 'wallet', 'GBP', 0, 0, 0, %s, 'open') ON CONFLICT (code) DO UPDATE SET balance = 7
"""

ATTACKS: dict[str, tuple[Attack, str]] = {
    "unbalanced": (lambda pen: pen.transfer((ANN, -10), (BEN, 9)), "transaction_balanced"),
    "balanced across currencies only": (
        lambda pen: pen.transfer((ANN, -10), (EVE, 10)),
        "transaction_balanced",
    ),
    "a line too few": (
        lambda pen: pen.transfer((ANN, -10), (BEN, 10), lines=3),
        "transaction_complete",
    ),
    "a line too many": (
        lambda pen: pen.transfer((ANN, -10), (BEN, 5), (BEN, 5), lines=2),
        "transaction_complete",
    ),
    "a business date that never comes": (
        lambda pen: pen.transfer((ANN, -10), (BEN, 10), effective_at="infinity"),
        "transaction_effective_finite",
    ),
    "one line": (lambda pen: pen.transfer((FUNDING, 10)), "transaction_balanced"),
    "entries without a header": (
        lambda pen: pen.entry(uuid7(), 1, FUNDING, 10),
        "ledger_entry_transaction_lines|foreign key",
    ),
    "a header without entries": (lambda pen: pen.header(uuid7()), "transaction_complete"),
    "a header of another time": (
        lambda pen: pen.transfer((ANN, -10), (BEN, 10), recorded_at=LATER + timedelta(1)),
        "transaction_complete",
    ),
    "a third line for a posted transaction": (
        lambda pen: pen.entry(lunch(), 3, FUNDING, 10, lines=3),
        "ledger_entry_transaction_lines|transaction_closed",
    ),
    "a line beyond the last": (
        lambda pen: pen.entry(uuid7(), 3, FUNDING, 10),
        "ledger_entry_line_in_range",
    ),
    "the same line again": (
        lambda pen: pen.entry(lunch(), 2, FUNDING, 10),
        "ledger_entry_line_once|entry_append_only",
    ),
    "a gap in the sequence": (
        lambda pen: pen.entry(uuid7(), 1, FUNDING, 10, account_seq=99),
        "entry_continues_account",
    ),
    "a sequence number again": (
        lambda pen: pen.entry(uuid7(), 1, FUNDING, 10, account_seq=1),
        "ledger_entry_account_seq_once|entry_append_only",
    ),
    "a wrong running balance": (
        lambda pen: pen.entry(uuid7(), 1, FUNDING, 10, balance_after=0),
        "entry_continues_account",
    ),
    "a back-dated entry": (
        lambda pen: pen.entry(uuid7(), 1, FUNDING, 10, recorded_at=LONG_AGO),
        "entry_continues_account",
    ),
    "another currency": (
        lambda pen: pen.entry(uuid7(), 1, FUNDING, 10, currency="EUR"),
        "ledger_entry_account_currency|entry_continues_account",
    ),
    "an account that is not there": (
        lambda pen: pen.entry(uuid7(), 1, FUNDING, 10, account_id=999_999),
        "ledger_entry_account_currency|entry_continues_account",
    ),
    "an entry of nothing": (
        lambda pen: pen.entry(uuid7(), 1, FUNDING, 0),
        "ledger_entry_amount_not_zero",
    ),
    "a short hash": (
        lambda pen: pen.entry(uuid7(), 1, FUNDING, 10, entry_hash=b"short"),
        "ledger_entry_hash_length",
    ),
    "an overdraft": (
        lambda pen: pen.transfer((ANN, -801), (BEN, 801)),
        "balance_not_below_floor",
    ),
    "a frozen account": (
        lambda pen: pen.transfer((FROZEN, -10), (BEN, 10)),
        "entry_continues_account",
    ),
    "a balance beyond BIGINT": (
        lambda pen: pen.transfer((FUNDING, -(2**63 - 1)), (ANN, 2**63 - 1)),
        "out of range|too large|continues_account",
    ),
    "a key again": (
        lambda pen: pen.transfer((ANN, -10), (BEN, 10), idem_scope="mercat", idem_key="lunch"),
        "ledger_transaction_key_once",
    ),
    "an account that opens with money": (
        lambda pen: pen.account("rich", balance=100),
        "account_opens_empty",
    ),
    "an account that opens with a past": (
        lambda pen: pen.account("old", balance=100, version=1, last_at=LONG_AGO),
        "account_opens_empty",
    ),
    "an account of no currency": (
        lambda pen: pen.account("odd", currency="EURO"),
        "three_letters|too long",
    ),
    "an account's code again": (
        lambda pen: pen.account(ANN.code),
        "ledger_account_code|account_append_only",
    ),
    "an upsert into a balance": (
        lambda pen: pen.write(UPSERT, ANN.code, bytes(32)),
        "account_append_only|account_is_projection",
    ),
    "a reversal by half": (
        lambda pen: pen.transfer((ANN, 100), (BEN, -100), reverses_id=lunch()),
        "reversal_exact",
    ),
    "a reversal on another's account": (
        lambda pen: pen.transfer((FUNDING, 200), (BEN, -200), reverses_id=lunch()),
        "reversal_exact",
    ),
    "a reversal the wrong way round": (
        lambda pen: pen.transfer((ANN, -200), (BEN, 200), reverses_id=lunch()),
        "reversal_exact",
    ),
    "a reversal in three lines": (
        lambda pen: pen.transfer((ANN, 200), (BEN, -100), (BEN, -100), reverses_id=lunch()),
        "reversal_exact",
    ),
    "a reversal of nothing": (
        lambda pen: pen.transfer((ANN, 200), (BEN, -200), reverses_id=uuid7()),
        "reversal_exact",
    ),
}


@pytest.mark.parametrize(("attack", "rule"), ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_refused(attack: Attack, rule: str) -> None:
    with refused(rule) as pen:
        attack(pen)


def one_after_the_other(pen: Pen, *amounts: int) -> list[dict[str, Any]]:
    """Entries of Ann's, each right after the one before it."""
    entries: list[dict[str, Any]] = []
    for number, amount in enumerate(amounts):
        entry = pen.next_entry(uuid7(), 1, ANN, amount)
        entry["account_seq"] += number
        entry["balance_after"] += sum(amounts[:number])
        entries.append(entry)
    return entries


def test_entries_of_one_statement_may_follow_each_other() -> None:
    pen = Pen()

    with transaction.atomic():
        pen.entries(*one_after_the_other(pen, -100, 50, -10))
        account = Account.objects.get(code=ANN.code)
        transaction.set_rollback(True)  # there is no header

    assert pen.refusals == []
    assert (account.balance, account.version) == (740, 5)


BREAKS: dict[str, Callable[[list[dict[str, Any]]], object]] = {
    "a gap": lambda entries: entries[2].update(account_seq=entries[2]["account_seq"] + 1),
    "a gap after the account": lambda entries: entries.pop(0),
    "a wrong running balance": lambda entries: entries[1].update(balance_after=1),
    "a wrong end": lambda entries: entries[2].update(balance_after=1),
    "a time that goes back": lambda entries: entries[1].update(recorded_at=LATER - timedelta(1)),
}


@pytest.mark.parametrize("break_", BREAKS.values(), ids=BREAKS)
def test_entries_of_one_statement_that_do_not_follow_each_other_are_refused(
    break_: Callable[[list[dict[str, Any]]], object],
) -> None:
    with refused("entry_continues_account") as pen:
        entries = one_after_the_other(pen, -100, 50, -10)
        break_(entries)
        pen.entries(*entries)


def test_an_overdraft_that_is_made_good_in_the_same_statement_is_refused() -> None:
    with refused("balance_not_below_floor") as pen:
        pen.entries(*one_after_the_other(pen, -801, 801))


def test_a_second_reversal_is_refused() -> None:
    lines = (Line(BEN, -200), Line(ANN, 200))
    post(Posting("reversal", "undo", lines, reverses=lunch()))
    fund(BEN, 500)

    with refused("ledger_transaction_reverses_id_key|reversed_once") as pen:
        pen.transfer((BEN, -200), (ANN, 200), reverses_id=lunch())


def test_entries_after_their_header_are_refused() -> None:
    with refused("transaction_complete") as pen:
        header = uuid7()
        pen.header(header)
        pen.entry(header, 1, ANN, -10)
        pen.entry(header, 2, BEN, 10)


def test_what_follows_the_rules_is_accepted() -> None:
    pen = Pen()

    pen.transfer((ANN, -10), (BEN, 10))
    pen.transfer((ANN, 10), (BEN, -10), reverses_id=Transaction.objects.get(kind="forged").pk)

    connection.check_constraints()
    assert pen.refusals == []
    assert Account.objects.get(code=ANN.code).version == 4


@pytest.mark.django_db(transaction=True)
def test_an_entry_without_a_header_does_not_commit() -> None:
    before, pen = rows(), Pen()

    with pytest.raises(DatabaseError), transaction.atomic():
        pen.entry(uuid7(), 1, FUNDING, 10)

    assert pen.refusals == []
    assert rows() == before
    assert_books_balance()


TAKEN_OFF = {
    "postgresql": "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_continues",
    "sqlite": "DROP TRIGGER ledger_entry_continues",
}


def test_a_guard_that_is_off_is_missed() -> None:
    Pen().write(TAKEN_OFF[connection.vendor])

    with pytest.raises(guards.GuardsMissing, match="ledger_entry_continues"):
        guards.require()
