"""What only one engine's dialect can try; see ``test_guards``."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from core.ids import uuid7
from ledger.models import Account, Entry
from ledger.tests import attacks
from ledger.tests.attacks import ANN, BEN, lunch, refused
from ledger.tests.books import FUNDING, LATER, Pen

pytestmark = pytest.mark.django_db

Attack = Callable[[Pen], None]


@pytest.fixture(autouse=True)
def books() -> None:
    attacks.open_books()


@pytest.fixture
def sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite's dialect")


POSTGRESQL = {
    "truncate entries": ("TRUNCATE ledger_entry CASCADE", "entry_append_only"),
    "truncate headers": ("TRUNCATE ledger_transaction CASCADE", "transaction_append_only"),
    "truncate accounts": ("TRUNCATE ledger_account CASCADE", "account_append_only"),
    "merge": (
        "MERGE INTO ledger_account a USING (SELECT 1) s ON true"
        " WHEN MATCHED THEN UPDATE SET balance = 0",
        "account_is_projection",
    ),
    "an endless time": (
        "INSERT INTO ledger_entry (transaction_id, line_no, lines, account_id, currency, amount,"
        " account_seq, balance_after, recorded_at, entry_hash) SELECT gen_random_uuid(), 1, 2, id,"
        " currency, 1, version + 1, balance + 1, 'infinity', head_hash FROM ledger_account"
        " WHERE min_balance IS NULL AND currency = 'GBP'",
        "entry_continues_account",
    ),
}


@pytest.mark.postgresql
@pytest.mark.parametrize(("sql", "rule"), POSTGRESQL.values(), ids=POSTGRESQL)
def test_a_way_of_postgresql_is_refused(sql: str, rule: str) -> None:
    with refused(rule) as pen:
        pen.write(sql)


def replaced_account(pen: Pen) -> None:
    account = Account.objects.get(code=ANN.code)
    pen.account(ANN.code, verb="INSERT OR REPLACE")
    pen.account("another", verb="INSERT OR REPLACE", id=account.pk)
    pen.write("UPDATE OR REPLACE ledger_account SET code = %s WHERE code = %s", ANN.code, BEN.code)


def replaced_header(pen: Pen) -> None:
    row = "(SELECT rowid FROM ledger_transaction WHERE idem_key = 'lunch')"
    pen.header(lunch(), verb="INSERT OR REPLACE")
    pen.transfer(
        (ANN, -10), (BEN, 10), verb="INSERT OR REPLACE", idem_scope="mercat", idem_key="lunch"
    )
    pen.write(f"UPDATE OR REPLACE ledger_transaction SET rowid = {row} + 1 WHERE rowid = {row}")


def replaced_row(pen: Pen) -> None:
    columns = "kind, idem_scope, fingerprint, lines, effective_at, recorded_at, reason, metadata"
    pen.entry(header := uuid7(), 1, ANN, -10)
    pen.entry(header, 2, BEN, 10)
    pen.write(
        f"INSERT OR REPLACE INTO ledger_transaction (rowid, id, idem_key, {columns})"
        f" SELECT rowid, %s, 'new', {columns.replace('recorded_at', '%s')}"
        " FROM ledger_transaction WHERE idem_key = 'lunch'",
        header,
        LATER,
    )


def replaced_entry(pen: Pen) -> None:
    entry = Entry.objects.filter(account__code=ANN.code).latest("account_seq")
    pen.entry(uuid7(), 1, ANN, -10, verb="INSERT OR REPLACE", id=entry.pk)
    pen.entry(uuid7(), 1, ANN, -10, verb="INSERT OR REPLACE", account_seq=entry.account_seq)
    pen.entry(lunch(), 1, BEN, 10, verb="INSERT OR REPLACE")


@pytest.mark.parametrize("recursive_triggers", ["ON", "OFF"])
@pytest.mark.parametrize(
    "attack", [replaced_account, replaced_header, replaced_row, replaced_entry]
)
def test_replacing_is_refused(attack: Attack, recursive_triggers: str, sqlite: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers = {recursive_triggers}")
        with refused("append_only") as pen:
            attack(pen)
        cursor.execute("PRAGMA recursive_triggers = ON")


@pytest.mark.parametrize("verb", ["INSERT OR IGNORE", "INSERT OR FAIL", "INSERT OR REPLACE"])
def test_an_overdraft_by_another_conflict_rule_is_refused(verb: str, sqlite: None) -> None:
    with refused("balance_not_below_floor") as pen:
        header = uuid7()
        pen.entry(header, 1, ANN, -801, verb=verb)
        pen.entry(header, 2, BEN, 801, verb=verb)
        pen.header(header, verb=verb)


FRACTIONS: dict[str, dict[str, Any]] = {
    "amount": {"amount": 0.5},
    "balance_after": {"balance_after": 0.5},
    "account_seq": {"account_seq": 1.5},
    "text": {"balance_after": "ten"},
    "hash": {"entry_hash": "x" * 32},
    "time": {"recorded_at": "soon"},
}


@pytest.mark.parametrize("columns", FRACTIONS.values(), ids=FRACTIONS)
def test_what_is_not_of_its_type_is_refused(columns: dict[str, Any], sqlite: None) -> None:
    with refused("whole_numbers|continues_account") as pen:
        pen.entry(uuid7(), 1, FUNDING, **{"amount": 10} | columns)


def test_a_floor_of_half_a_penny_is_refused(sqlite: None) -> None:
    with refused("whole_numbers") as pen:
        pen.account("half", min_balance=-0.5)
        pen.write("UPDATE ledger_account SET min_balance = -0.5")


def test_times_sort_with_and_without_fractions(sqlite: None) -> None:
    whole = datetime(2099, 1, 1, tzinfo=UTC)
    pen = Pen()

    for at in (whole, whole + timedelta(microseconds=1), whole + timedelta(seconds=1)):
        header = uuid7()
        pen.entry(header, 1, ANN, -1, recorded_at=at)
        pen.entry(header, 2, BEN, 1, recorded_at=at)
        pen.header(header, recorded_at=at)
    assert pen.refusals == []

    with refused("continues_account") as pen:
        pen.entry(uuid7(), 1, ANN, -1, recorded_at=whole + timedelta(microseconds=999_999))
