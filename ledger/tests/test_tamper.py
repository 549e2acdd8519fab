"""T10: whatever is changed past the guards after it was sealed is found, and named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, models

from core.ids import uuid7
from ledger import services
from ledger.anchor import AnchorDiffers
from ledger.canonical import entry_hash
from ledger.chart import AccountSpec
from ledger.keys import SigningKey, trusted_keys
from ledger.models import (
    EMPTY_HASH,
    Account,
    Entry,
    Hold,
    HoldResolution,
    Seal,
    SealMember,
    Transaction,
)
from ledger.tests.books import Pen
from ledger.tests.sealed import ANN, BEN, fill_books, first, pk_of, unguarded
from ledger.verification import Finding, Verification

pytestmark = pytest.mark.django_db

NOT_SEALED = {("ledger_account", name) for name in ("tier", "min_balance", "status")}
"""What may change: the guards let it, and postings compare it with what they expect."""


def columns() -> list[Any]:
    """Every column of every table that seals speak of."""
    tables = (Account, Transaction, Entry, Hold, HoldResolution, Seal, SealMember)
    return [
        pytest.param(table, field, id=f"{table._meta.model_name}-{field.column}")
        for table in tables
        for field in table._meta.concrete_fields
        if (table._meta.db_table, field.column) not in NOT_SEALED
    ]


@pytest.mark.parametrize(("table", "field"), columns())
def test_one_bit_flipped_in_any_column_is_found(
    table: type[models.Model], field: models.Field
) -> None:
    fill_books()
    assert first() is None

    with unguarded() as pen:
        flip(pen, table, field)

        assert first() is not None

    assert first() is None


def flip(pen: Pen, table: type[models.Model], field: models.Field) -> None:
    """One bit of the first row that has something there."""
    pk, column, name = table._meta.pk.column, field.column, table._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {pk}, {column} FROM {name} WHERE {column} IS NOT NULL ORDER BY {pk}"
        )
        key, value = cursor.fetchone() or pytest.fail("nothing to flip")
    pen.write(f"UPDATE {name} SET {column} = %s WHERE {pk} = %s", flipped(value, field), key)


def flipped(value: Any, field: models.Field) -> Any:
    if isinstance(field, models.JSONField):
        return '{"order": "other"}'
    if isinstance(field, models.DateTimeField):
        value = str(value).removesuffix("+00:00")
    match value:
        case UUID():
            return UUID(int=value.int ^ 1)
        case int():
            return value ^ 64
        case str():
            return value[:-1] + chr(ord(value[-1:] or "a") ^ 1)
        case _:
            return bytes([value[0] ^ 1]) + bytes(value[1:])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL takes no such id")
def test_a_member_whose_transaction_is_no_id_is_found() -> None:
    fill_books()

    with unguarded() as pen:
        change = "UPDATE ledger_sealmember SET transaction_id = 'nothing' WHERE transaction_id = %s"
        pen.write(change, pk_of("tea").hex)

        assert first() == Finding("changed", "member 1 names no transaction", 2)


def entry_of(key: str, account: AccountSpec) -> Entry:
    return Entry.objects.get(transaction=pk_of(key), account__code=account.code)


UNHASHED = "its columns, or the entry before it, do not give its hash"
UNSEALED = "its header, entries, holds or accounts are not what was sealed"
UNROOTED = "its root is not over its columns and its members in order"
NO_SEAL = "its members are there, the seal is not"

Case = tuple[str, Callable[[], object], Callable[[], Finding]]

CASES: dict[str, Case] = {
    "entry": (
        "UPDATE ledger_entry SET amount = amount + 1 WHERE id = %s",
        lambda: entry_of("tea", BEN).pk,
        lambda: Finding("changed", UNHASHED, 2, pk_of("tea"), BEN.code, "3"),
    ),
    "entry_not_sealed_yet": (
        "UPDATE ledger_entry SET amount = amount + 1 WHERE id = %s",
        lambda: entry_of("late", BEN).pk,
        lambda: Finding("changed", UNHASHED, 0, pk_of("late"), BEN.code, "5"),
    ),
    "header": (
        "UPDATE ledger_transaction SET reason = 'no reason' WHERE id = %s",
        lambda: pk_of("tea"),
        lambda: Finding("changed", UNSEALED, 2, pk_of("tea")),
    ),
    "header_deleted": (
        "DELETE FROM ledger_transaction WHERE id = %s",
        lambda: pk_of("tea"),
        lambda: Finding("missing", "there is no such transaction", 2, pk_of("tea")),
    ),
    "tail_of_an_account_deleted": (
        "DELETE FROM ledger_entry WHERE id = %s",
        lambda: entry_of("late", BEN).pk,
        lambda: Finding("missing", "1 of the transaction's 2 entries are there", 0, pk_of("late")),
    ),
    "middle_of_an_account_deleted": (
        "DELETE FROM ledger_entry WHERE id = %s",
        lambda: entry_of("tea", ANN).pk,
        lambda: Finding("missing", "there is no line 1", 2, pk_of("tea"), BEN.code, "3"),
    ),
    "hold_deleted": (
        "DELETE FROM ledger_hold WHERE id = %s",
        lambda: Hold.objects.get(amount=50).pk,
        lambda: Finding("changed", UNSEALED, 1, Hold.objects.get(amount=50).placed_by_id),
    ),
    "cached_balance": (
        "UPDATE ledger_account SET balance = balance + 1 WHERE code = %s",
        lambda: BEN.code,
        lambda: Finding(
            "changed",
            "balance, version, time or hash are not those of its newest entry",
            account=BEN.code,
            entry=5,
        ),
    ),
    "owner": (
        "UPDATE ledger_account SET owner_id = %s WHERE code = 'pot:ann:GBP'",
        uuid7,
        lambda: Finding("changed", UNSEALED, 1, oldest().pk),
    ),
    "seal": (
        "UPDATE ledger_seal SET key_id = %s WHERE number = 2",
        lambda: "0" * 16,
        lambda: Finding("changed", f"signed by key {'0' * 16}, which is not trusted", 2),
    ),
    "time_of_a_seal": (
        "UPDATE ledger_seal SET sealed_at = sealed_until WHERE number = %s",
        lambda: 2,
        lambda: Finding("changed", UNROOTED, 2),
    ),
    "signature": (
        "UPDATE ledger_seal SET signature = %s WHERE number = 2",
        lambda: bytes(Seal.objects.get(number=1).signature),
        lambda: Finding("changed", "its signature is not over its root", 2),
    ),
    "seal_deleted": (
        "DELETE FROM ledger_seal WHERE number = %s",
        lambda: 1,
        lambda: Finding("missing", "there is no such seal", 1),
    ),
    "last_seal_deleted": (
        "DELETE FROM ledger_seal WHERE number = %s",
        lambda: 2,
        lambda: Finding("missing", NO_SEAL, 2),
    ),
    "member": (
        "UPDATE ledger_sealmember SET digest = (SELECT root_hash FROM ledger_seal WHERE number = 1)"
        " WHERE transaction_id = %s",
        lambda: pk_of("tea"),
        lambda: Finding(
            "changed", "the seal's digest of it is not what was signed", 2, pk_of("tea")
        ),
    ),
    "member_deleted": (
        "DELETE FROM ledger_sealmember WHERE transaction_id = %s",
        lambda: pk_of("tea"),
        lambda: Finding("missing", "there is no member 1", 2),
    ),
    "last_member_deleted": (
        "DELETE FROM ledger_sealmember WHERE transaction_id = %s",
        lambda: pk_of("cake"),
        lambda: Finding("missing", "there is no member 2", 2),
    ),
    "member_added": (
        "INSERT INTO ledger_sealmember (transaction_id, seal_id, position, digest)"
        " SELECT %s, 2, 3, digest FROM ledger_sealmember WHERE seal_id = 2 AND position = 1",
        lambda: pk_of("late"),
        lambda: Finding("added", "the seal had 2 members", 2, pk_of("late")),
    ),
    "size_of_a_seal": (
        "UPDATE ledger_seal SET count = %s WHERE number = 2",
        lambda: 3,
        lambda: Finding("changed", "it says that it has 3 members", 2),
    ),
}


@pytest.mark.parametrize(("sql", "value", "expected"), CASES.values(), ids=CASES)
def test_the_first_bad_row_is_named(
    sql: str, value: Callable[[], object], expected: Callable[[], Finding]
) -> None:
    fill_books()

    finding = expected()
    with unguarded() as pen:
        pen.write(sql, value())

        assert first() == finding


def test_two_rows_that_changed_places_are_named() -> None:
    fill_books()
    tea, cake = pk_of("tea"), pk_of("cake")
    place = "UPDATE ledger_sealmember SET position = %s WHERE transaction_id = %s"
    number = "UPDATE ledger_entry SET account_seq = %s WHERE id = %s"
    entries = entry_of("tea", BEN).pk, entry_of("cake", BEN).pk

    with unguarded() as pen:
        for position, pk in ((3, tea), (1, cake), (2, tea)):
            pen.write(place, position, pk)
        assert first() == Finding("reordered", "it was not member 1", 2, cake)
    with unguarded() as pen:
        for seq, entry in zip((99, 3, 4), (*entries, entries[0]), strict=True):
            pen.write(number, seq, entry)
        assert first() == Finding("changed", UNHASHED, 2, tea, BEN.code, "4")


def test_an_added_entry_is_named() -> None:
    fill_books()
    stray = uuid7()

    with unguarded() as pen:
        add_entry(pen, pk_of("tea"), line_no=3)
        assert first() == Finding(
            "added", "the transaction has 2 entries", 2, pk_of("tea"), BEN.code, "6"
        )
    with unguarded() as pen:
        add_entry(pen, stray, line_no=1)
        assert first() == Finding("added", "there is no such transaction", 0, stray, BEN.code, 6)


def test_a_chain_that_is_rewritten_completely_does_not_give_what_was_sealed() -> None:
    fill_books()

    with unguarded() as pen:
        entry = entry_of("lunch", BEN)
        pen.write("UPDATE ledger_entry SET amount = 301 WHERE id = %s", entry.pk)
        rechain(pen, BEN)

        assert first() == Finding("changed", UNSEALED, 1, pk_of("lunch"))


def test_history_that_is_rewritten_and_sealed_anew_lacks_the_key_or_differs_from_the_anchor(
    settings: Any, tmp_path: Path
) -> None:
    settings.LEDGER_ANCHOR = tmp_path / "anchor"
    fill_books()
    assert first(anchor=settings.LEDGER_ANCHOR) is None
    trusted = trusted_keys()
    root = bytes(Seal.objects.get(number=2).root_hash).hex()

    with unguarded() as pen:
        settings.LEDGER_ANCHOR, settings.LEDGER_SEAL_KEY = None, "11" * 32
        rewrite_from_second_seal(pen)
        assert Verification(trusted).first() == Finding(
            "changed", f"signed by key {SigningKey().public.id}, which is not trusted", 2
        )
    with unguarded() as pen:
        settings.LEDGER_SEAL_KEY = "00" * 32
        rewrite_from_second_seal(pen)
        assert first() is None
        assert first(anchor=tmp_path / "anchor") == Finding(
            "changed", f"the anchor has another root, {root[:16]}...: it was rewritten", 2
        )


def test_seals_that_are_cut_off_are_known_to_the_anchor(settings: Any, tmp_path: Path) -> None:
    settings.LEDGER_ANCHOR = tmp_path / "anchor"
    fill_books()

    with unguarded() as pen:
        pen.write("DELETE FROM ledger_sealmember WHERE seal_id = 2")
        pen.write("DELETE FROM ledger_seal WHERE number = 2")
        finding = first(anchor=settings.LEDGER_ANCHOR)
        with pytest.raises(AnchorDiffers):
            services.seal_transactions()

    assert finding
    assert (finding.what, finding.seal) == ("missing", 2)


def oldest() -> Transaction:
    return Transaction.objects.earliest("recorded_at", "pk")


def rewrite_from_second_seal(pen: Pen) -> None:
    pen.write("UPDATE ledger_transaction SET reason = 'forged' WHERE id = %s", pk_of("tea"))
    pen.write("DELETE FROM ledger_sealmember WHERE seal_id = 2")
    pen.write("DELETE FROM ledger_seal WHERE number = 2")
    services.seal_transactions()


def add_entry(pen: Pen, header: UUID, *, line_no: int) -> None:
    """One that continues the chain of Ben's account as it should be."""
    pen.entry(header, line_no, BEN, 5, lines=3)
    rechain(pen, BEN)


def rechain(pen: Pen, spec: AccountSpec) -> None:
    """Give every entry of an account the balance and hash that follow from the one before."""
    balance, head = 0, EMPTY_HASH
    for entry in Entry.objects.filter(account__code=spec.code).order_by("account_seq"):
        balance = entry.balance_after = balance + entry.amount
        head = entry_hash(head, spec.code, entry)
        sql = "UPDATE ledger_entry SET balance_after = %s, entry_hash = %s WHERE id = %s"
        pen.write(sql, balance, head, entry.pk)
        pen.write(
            "UPDATE ledger_account SET balance = %s, head_hash = %s, version = %s, last_at = %s"
            " WHERE code = %s",
            *(balance, head, entry.account_seq, entry.recorded_at, spec.code),
        )
