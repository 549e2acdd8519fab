"""What is sealed when, what the database refuses to do with seals, and their anchor."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from core.locks import advisory_lock
from core.testing import Clocks
from ledger import anchor, keys, originals, services, tasks
from ledger.canonical import json_bytes
from ledger.models import (
    Account,
    Entry,
    Hold,
    HoldResolution,
    Seal,
    SealMember,
    Transaction,
)
from ledger.services import sealing
from ledger.tests.attacks import refused
from ledger.tests.books import LATER, Pen, fund, move, pot
from ledger.tests.sealed import ANN, BEN, fill_books, first, pk_of
from ledger.tests.threads import PATIENCE, beside

A, B, C, D = (pot(name, floor=None) for name in "abcd")


def members() -> list[tuple[int, int, str]]:
    rows = SealMember.objects.order_by("seal", "position")
    return list(rows.values_list("seal", "position", "transaction__idem_key"))


@pytest.mark.django_db
def test_what_is_recorded_is_sealed_once_in_its_order() -> None:
    for key in ("one", "two", "three"):
        services.post(move(A, B, 1, key=key))

    assert tasks.seal_transactions() == 1
    assert tasks.seal_transactions() == 0
    services.post(move(A, B, 1, key="four"))
    assert services.seal_transactions() == 1

    assert members() == [(1, 1, "one"), (1, 2, "two"), (1, 3, "three"), (2, 1, "four")]
    one, two = Seal.objects.order_by("number")
    assert (bytes(one.previous_hash), one.count) == (bytes(32), 3)
    assert (bytes(two.previous_hash), two.count) == (bytes(one.root_hash), 1)
    assert two.sealed_until >= one.sealed_until


@pytest.mark.django_db
def test_a_seal_has_no_more_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MAX_PER_SEAL", 2)
    for number in range(5):
        services.post(move(A, B, 1, key=str(number)))

    assert services.seal_transactions() == 3

    assert list(Seal.objects.order_by("number").values_list("count", flat=True)) == [2, 2, 1]
    assert first() is None


@pytest.mark.django_db(transaction=True)
def test_the_next_seal_looks_only_from_where_all_is_sealed() -> None:
    for number in range(5):
        services.post(move(A, B, 1, key=str(number)))
    services.seal_transactions()

    assert [len(page) for page in sealing._pages(everything=False)] == [1]
    assert [len(page) for page in sealing._pages(everything=True)] == [5]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_commits_late_goes_into_the_next_seal() -> None:
    def late(written: Event, go_on: Event) -> None:
        with transaction.atomic():
            services.post(move(A, B, 1, key="late"))
            written.set()
            assert go_on.wait(PATIENCE)

    def meanwhile() -> None:
        services.post(move(C, D, 1, key="quick"))
        assert services.seal_transactions() == 1
        assert services.seal_transactions() == 0

    beside(late, meanwhile)
    assert services.seal_transactions() == 1

    assert members() == [(1, 1, "quick"), (2, 1, "late")]
    late_at, quick_at = (
        Transaction.objects.get(idem_key=key).recorded_at for key in ("late", "quick")
    )
    assert late_at < quick_at
    assert first() is None


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_who_comes_while_another_seals_leaves_it_to_them() -> None:
    services.post(move(A, B, 1))

    def sealer(ready: Event, go_on: Event) -> None:
        with transaction.atomic():
            advisory_lock(sealing.LOCK)
            ready.set()
            assert go_on.wait(PATIENCE)

    beside(sealer, lambda: pytest.fail("sealed") if services.seal_transactions() else None)

    assert not Seal.objects.exists()


@pytest.mark.django_db
def test_what_a_clock_set_back_has_dated_before_all_that_is_sealed_is_found(clocks: Clocks) -> None:
    services.post(move(A, B, 1))
    services.seal_transactions()
    clocks.stop_at(datetime(2001, 1, 1, tzinfo=UTC))
    services.post(move(C, D, 1, key="old"))

    assert services.seal_transactions() == 0
    assert tasks.seal_transactions(everything=True) == 1

    assert members()[-1] == (2, 1, "old")


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (Transaction, originals.HEADER),
        (Entry, originals.ENTRY),
        (Hold, originals.HOLD),
        (HoldResolution, originals.RESOLUTION),
        (Seal, originals.SEAL),
        (SealMember, originals.MEMBER),
    ],
)
def test_every_column_is_sealed(table: Any, columns: Any) -> None:
    assert {field.column for field in table._meta.concrete_fields} == set(columns)


def test_of_accounts_what_never_changes_is_sealed() -> None:
    changing = {"balance", "version", "last_at", "head_hash", "tier", "min_balance", "status"}
    columns = {field.column for field in Account._meta.concrete_fields}

    assert columns - changing == set(originals.IDENTITY)


def test_json_is_the_same_however_it_is_written() -> None:
    assert json_bytes('{"a": 1, "b": [true, null]}') == json_bytes('{"b":[true,null],"a":1}')


@pytest.mark.parametrize(
    "other",
    [
        '{"a": 2}',
        '{"a": "1"}',
        '{"a": 1.0}',
        '{"a": 1, "a": 1}',
        '{"b": 1}',
        "{}",
        '["a", 1]',
        '{"a": [1]}',
        '{"a": 1',
    ],
)
def test_other_json_gives_other_bytes(other: str) -> None:
    assert json_bytes(other) != json_bytes('{"a": 1}')


def test_json_numbers_keep_every_digit() -> None:
    assert json_bytes("0.1000000000000000000001") != json_bytes("0.1")


def seal(**columns: Any) -> dict[str, Any]:
    """The third seal, right in every column that ``columns`` leaves out."""
    head = Seal.objects.get(number=2)
    usual = {"number": 3, "previous_hash": bytes(head.root_hash), "count": 1, "key_id": "0" * 16}
    usual |= {"sealed_until": LATER, "sealed_at": LATER}
    return usual | {"root_hash": bytes(32), "signature": bytes(64)} | columns


def member(pen: Pen, **columns: Any) -> None:
    usual: dict[str, Any] = {"transaction_id": pk_of("late"), "seal_id": 3, "position": 1}
    usual |= {"digest": bytes(32)}
    pen.insert("ledger_sealmember", **usual | columns)


def with_member(pen: Pen, **columns: Any) -> None:
    member(pen)
    pen.insert("ledger_seal", **seal(**columns))


ATTACKS: dict[str, tuple[str, Callable[[Pen], None]]] = {
    "edit": ("seal_append_only", lambda pen: pen.write("UPDATE ledger_seal SET count = 9")),
    "delete": ("seal_append_only", lambda pen: pen.write("DELETE FROM ledger_seal")),
    "edit_member": (
        "sealmember_append_only",
        lambda pen: pen.write("UPDATE ledger_sealmember SET position = position + 9"),
    ),
    "delete_member": (
        "sealmember_append_only",
        lambda pen: pen.write("DELETE FROM ledger_sealmember"),
    ),
    "gap": ("seal_continues", lambda pen: with_member(pen, number=4)),
    "twice": (
        "seal_continues|seal_append_only",
        lambda pen: pen.insert("ledger_seal", **seal(number=2)),
    ),
    "other_previous": ("seal_continues", lambda pen: with_member(pen, previous_hash=bytes(32))),
    "earlier": (
        "seal_continues",
        lambda pen: with_member(pen, sealed_at=datetime(2001, 1, 1, tzinfo=UTC)),
    ),
    "miscounted": ("seal_complete", lambda pen: with_member(pen, count=2)),
    "empty": (
        "seal_complete|seal_count_positive",
        lambda pen: pen.insert("ledger_seal", **seal(count=0)),
    ),
    "added_member": ("sealmember_closed", lambda pen: member(pen, seal_id=2, position=3)),
    "sealed_twice": (
        "sealmember_pkey|sealmember_append_only",
        lambda pen: member(pen, transaction_id=pk_of("tea")),
    ),
    "no_seal": ("seal_id", member),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("rule", "attack"), ATTACKS.values(), ids=ATTACKS)
def test_the_database_refuses_to_touch_a_seal(rule: str, attack: Callable[[Pen], None]) -> None:
    fill_books()

    with refused(rule) as pen:
        attack(pen)


@pytest.mark.postgresql
@pytest.mark.django_db
@pytest.mark.parametrize("table", ["ledger_seal", "ledger_sealmember"])
def test_seals_are_not_truncated(table: str) -> None:
    fill_books()
    connection.check_constraints()  # or it is refused for what is still to be checked

    with refused(f"{table}_append_only") as pen:
        pen.write(f"TRUNCATE {table} CASCADE")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_nobody_adds_to_a_seal_that_they_cannot_see() -> None:
    fund(ANN, 10)
    services.post(move(ANN, BEN, 1, key="late"))

    def sealer(written: Event, go_on: Event) -> None:
        with transaction.atomic():
            services.seal_transactions()
            written.set()
            go_on.wait(0.3)

    def meanwhile() -> None:
        services.post(move(ANN, BEN, 1, key="later"))
        with pytest.raises(IntegrityError, match="sealmember_closed"):
            member(Pen(), transaction_id=pk_of("later"), seal_id=1, position=3)

    beside(sealer, meanwhile)

    assert first() is None


@pytest.mark.django_db
def test_each_seal_is_anchored(settings: Any, tmp_path: Path, capsys: Any) -> None:
    settings.LEDGER_ANCHOR = tmp_path / "kept" / "anchor.jsonl"

    fill_books()

    lines = settings.LEDGER_ANCHOR.read_text().splitlines(keepends=True)
    heads = [json.loads(line) for line in lines]
    assert [(head["number"], head["count"]) for head in heads] == [(1, 7), (2, 2)]
    assert heads[1]["root_hash"] == bytes(Seal.objects.get(number=2).root_hash).hex()
    call_command("export_anchor")
    assert capsys.readouterr().out == "".join(lines)
    call_command("export_anchor", "--since", "1")
    assert capsys.readouterr().out == lines[1]


@pytest.mark.django_db
def test_the_anchor_catches_up_after_what_a_crash_left(tmp_path: Path) -> None:
    fill_books()
    path = tmp_path / "anchor"
    assert anchor.append(path) == 2
    whole = path.read_text()
    path.write_text(whole[: len(whole) - 20])

    assert anchor.append(path) == 1
    assert anchor.append(path) == 0

    assert path.read_text() == whole
    path.write_text(whole.replace("2", "3"))
    with pytest.raises(anchor.AnchorDiffers):
        anchor.append(path)


def test_a_key_is_32_bytes_in_base64_or_hex(settings: Any) -> None:
    settings.LEDGER_SEAL_PUBLIC_KEYS = [keys.SigningKey().public.text]
    ids = set(keys.trusted_keys())
    settings.LEDGER_SEAL_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    assert set(keys.trusted_keys()) == ids == {keys.SigningKey().public.id}


@pytest.mark.parametrize("text", ["short", "00" * 31, "zz" * 32])
def test_a_key_that_is_none_is_refused_without_showing_it(settings: Any, text: str) -> None:
    settings.LEDGER_SEAL_KEY = text

    with pytest.raises(ImproperlyConfigured) as refusal:
        keys.SigningKey()

    assert text not in str(refusal.value)


@pytest.mark.django_db
def test_a_former_key_goes_on_to_count(settings: Any) -> None:
    fill_books()
    former = keys.SigningKey().public
    settings.LEDGER_SEAL_KEY = "11" * 32
    services.seal_transactions()

    finding = first()
    assert finding
    assert finding.detail == f"signed by key {former.id}, which is not trusted"
    settings.LEDGER_SEAL_PUBLIC_KEYS = [former.text]
    assert first() is None
