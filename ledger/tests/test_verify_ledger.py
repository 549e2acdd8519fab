"""``verify_ledger`` and ``check_ledger``: what they print, and how they end."""

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger import services
from ledger.management.commands import check_ledger
from ledger.models import Account, Seal
from ledger.tests.books import move, pot
from ledger.tests.sealed import BEN, fill_books, pk_of, unguarded, verification
from ledger.verification import Check, Finding, snapshot

TAMPER = "UPDATE ledger_transaction SET reason = 'forged' WHERE idem_key = 'tea'"


def run(capsys: Any, *command: str) -> str:
    call_command(*command)
    return re.sub(r"in \d+\.\d s", "in T s", capsys.readouterr().out)


@pytest.mark.django_db(transaction=True)
def test_books_as_they_were_sealed_are_counted(settings: Any, tmp_path: Path, capsys: Any) -> None:
    settings.LEDGER_ANCHOR = tmp_path / "anchor"
    fill_books()

    assert run(capsys, "verify_ledger") == (
        "As it was sealed: 2 seals (anchored up to 2), 10 transactions, 20 entries, "
        "1 transactions not sealed yet, in T s. Next time: --from-seal 3\n"
    )
    assert "0 seals (anchored up to 0), 1 transactions" in run(
        capsys, "verify_ledger", "--from-seal", "3"
    )
    settings.LEDGER_ANCHOR = None
    assert run(capsys, "verify_ledger", "--from-seal", "2") == (
        "As it was sealed: 1 seals (no anchor), 3 transactions, 6 entries, "
        "1 transactions not sealed yet, in T s. Next time: --from-seal 3\n"
    )


@pytest.mark.django_db
def test_a_run_from_a_seal_on_does_not_look_at_what_was_before() -> None:
    fill_books()
    lunch, tea = pk_of("lunch"), pk_of("tea")

    with unguarded() as pen:
        pen.write("UPDATE ledger_transaction SET reason = 'x' WHERE id = %s", lunch)
        assert verification(from_seal=2).first() is None
        pen.write("UPDATE ledger_transaction SET reason = 'x' WHERE id = %s", tea)
        found = verification(from_seal=2).first()
        assert found
        assert (found.seal, found.transaction) == (2, tea)
    assert verification(from_seal=9).first() == Finding("missing", "there is no such seal", 8)


@pytest.mark.django_db
def test_what_was_changed_ends_verify_ledger_with_an_error() -> None:
    fill_books()
    tea = pk_of("tea")

    with unguarded() as pen:
        pen.write(TAMPER)
        with pytest.raises(CommandError) as error:
            call_command("verify_ledger")

    assert error.value.returncode == 1
    assert str(error.value) == (
        f"changed: seal 2, transaction {tea}: "
        "its header, entries, holds or accounts are not what was sealed"
    )


@pytest.mark.django_db
def test_an_interrupted_run_says_where_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    fill_books()
    monkeypatch.setattr("tqdm.std.tqdm.update", interrupted)

    with pytest.raises(CommandError, match="go on with --from-seal 2") as error:
        call_command("verify_ledger")

    assert error.value.returncode == 130


@pytest.mark.django_db
@pytest.mark.parametrize("line", ["nonsense", '{"number": 1}', "[]"])
def test_an_anchor_that_is_none_is_said_so(tmp_path: Path, line: str) -> None:
    fill_books()
    path = tmp_path / "anchor"
    path.write_text(f"{line}\n")

    with pytest.raises(CommandError, match="not a line of an anchor"):
        call_command("verify_ledger", "--anchor", str(path))
    with pytest.raises(CommandError, match="There is no anchor file"):
        call_command("verify_ledger", "--anchor", str(tmp_path / "other"))


@pytest.mark.django_db
def test_verifying_takes_as_many_queries_for_many_transactions() -> None:
    fill_books()
    services.seal_transactions()
    few = queries(lambda: verification().first())
    for number in range(20):
        services.post(move(pot("a", floor=None), BEN, 1, key=str(number)))
    services.seal_transactions()

    assert queries(lambda: verification().first()) == few


def queries(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert ask() is None
    return len(asked)


@pytest.mark.django_db(transaction=True)
def test_every_invariant_is_proven_and_counted(capsys: Any) -> None:
    fill_books()

    lines = run(capsys, "check_ledger").splitlines()

    assert "I1     transaction balanced: 10 transactions checked, 0 broken" in lines
    assert "I5     running balance: 20 entries checked, 0 broken" in lines
    assert "I12    reversal exact: 1 reversals checked, 0 broken" in lines
    assert "I14    holds are those of their transaction: 2 holds checked, 0 broken" in lines
    assert lines[-1] == "All invariants hold, in T s"
    proven = {number for line in lines for number in re.findall(r"I(\d+)", line.partition(":")[0])}
    assert proven == {str(number) for number in range(1, 19)}


@pytest.mark.django_db
def test_a_check_that_is_interrupted_says_where_to_go_on(capsys: Any, monkeypatch: Any) -> None:
    fill_books()
    whole = run(capsys, "check_ledger").splitlines()

    with monkeypatch.context() as patch:
        patch.setattr(check_ledger.Command, "prove", interrupted_at("running balance"))
        with pytest.raises(CommandError, match="go on with --from-check 4") as error:
            call_command("check_ledger")
    rest = run(capsys, "check_ledger", "--from-check", "4").splitlines()

    assert error.value.returncode == 130
    assert rest[-1] == "Invariants hold from check 4 on, in T s"
    assert rest[:-1] == whole[-len(rest) : -1]
    assert "I5     running balance: 20 entries checked, 0 broken" in rest
    assert "I2     entries have a header: 20 entries checked, 0 broken" not in rest


def interrupted_at(rule: str) -> Callable[..., int]:
    def prove(_: object, check: Check) -> int:
        if rule in dict(check.rules).values():
            raise KeyboardInterrupt
        return 0

    return prove


@pytest.mark.parametrize("number", ["0", "1000"])
def test_a_check_that_is_not_there_is_refused(number: str) -> None:
    with pytest.raises(CommandError, match="--from-check: from 1 to"):
        call_command("check_ledger", "--from-check", number)


BROKEN = {
    "resolution": (
        "UPDATE ledger_holdresolution SET captured = 1000",
        "I13    hold ends in time, for no more than it is: 1 resolutions checked, 1 broken",
    ),
    "expiry": (
        "UPDATE ledger_hold SET expires_at = created_at;"
        "UPDATE ledger_holdresolution SET kind = 'captured'",
        "I13    hold ends in time, for no more than it is: 1 resolutions checked, 1 broken",
    ),
    "hold": (
        "UPDATE ledger_hold SET amount = 51 WHERE amount = 50",
        "I14    holds are those of their transaction: 2 holds checked, 1 broken",
    ),
    "reversal": (
        "UPDATE ledger_entry SET amount = amount + 1"
        " WHERE transaction_id = (SELECT id FROM ledger_transaction WHERE idem_key = 'back')"
        " AND line_no = 1",
        "I12    reversal exact: 1 reversals checked, 1 broken",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("sql", "line"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_counted_and_ends_check_ledger_with_an_error(
    capsys: Any, sql: str, line: str
) -> None:
    fill_books()

    with unguarded() as pen:
        for statement in sql.split(";"):
            pen.write(statement)
        with pytest.raises(CommandError, match="broken, in") as error:
            call_command("check_ledger")

    assert error.value.returncode == 1
    assert line in capsys.readouterr().out.splitlines()


@pytest.mark.django_db
def test_check_ledger_sees_a_guard_that_is_missing(capsys: Any) -> None:
    name = (
        "ledger_seal_append_only" if connection.vendor == "postgresql" else "ledger_seal_no_update"
    )
    table = " ON ledger_seal" if connection.vendor == "postgresql" else ""

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{table}")
        with pytest.raises(CommandError, match="1 broken"):
            call_command("check_ledger")
        transaction.set_rollback(True)

    assert f"  guards are on at {name}" in capsys.readouterr().out.splitlines()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_snapshot_is_one_moment() -> None:
    fill_books()

    with snapshot():
        before = Account.objects.get(code=BEN.code).balance
        with closing(connection.copy()) as other, other.cursor() as cursor:
            cursor.execute("UPDATE ledger_account SET status = 'frozen'")
        assert not Account.objects.filter(status="frozen").exists()

    assert Account.objects.filter(status="frozen").exists()
    assert before == Account.objects.get(code=BEN.code).balance
    assert Seal.objects.count() == 2
