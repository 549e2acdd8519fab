"""T11: what comes back from a backup is whole and guarded, and an older one is known by the anchor."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench.cluster import ServerNotFound, find_programs
from core import guards
from ledger import services
from ledger.models import Seal, Transaction
from ledger.testing import assert_books_balance
from ledger.tests.books import move
from ledger.tests.sealed import ANN, BEN, fill_books, first

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("restore")]

Restore = Callable[[Path], str]


def program(name: str) -> str:
    try:
        found = find_programs() / name
    except ServerNotFound as reason:
        pytest.skip(str(reason))
    return str(found) if found.exists() else pytest.skip(f"needs {name}")


def dump(path: Path) -> Path:
    """A backup of the test's database, as each engine is backed up."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
    else:
        run(program("pg_dump"), "-Fc", "-f", str(path), address(connection.settings_dict["NAME"]))
    return path


@pytest.fixture
def restore() -> Iterator[Restore]:
    """``restore(path)`` is the address of a database that has what was dumped; gone afterwards."""
    made: list[str] = []

    def restored(path: Path) -> str:
        if connection.vendor == "sqlite":
            return f"sqlite:///{path}"
        name = f"{connection.settings_dict['NAME']}_restored{len(made)}"
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name}")
        made.append(name)
        run(program("pg_restore"), "--exit-on-error", "-d", address(name), str(path))
        return address(name)

    yield restored
    for name in made:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def address(name: str) -> str:
    at = connection.settings_dict
    user, password = quote(at["USER"]), quote(at["PASSWORD"])
    who = f"{user}:{password}" if password else user
    return f"postgresql://{who}@{at['HOST'] or '127.0.0.1'}:{at['PORT'] or 5432}/{name}"


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def manage(database: str, *command: str) -> subprocess.CompletedProcess[str]:
    """One of the project's commands, over another database."""
    outside = os.environ | {
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "config.settings.testing",
    }
    return subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *command],
        env=outside,
        check=False,
        capture_output=True,
        text=True,
    )


def test_what_is_restored_passes_and_an_older_copy_is_known(
    settings: Any, tmp_path: Path, restore: Restore
) -> None:
    settings.LEDGER_ANCHOR = tmp_path / "anchor"
    fill_books()
    older = restore(dump(tmp_path / "older"))
    services.seal_transactions()
    newest = restore(dump(tmp_path / "newest"))
    anchor = ("--anchor", str(settings.LEDGER_ANCHOR))

    checked = manage(newest, "check_ledger")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "I10    guards are on" in checked.stdout
    verified = manage(newest, "verify_ledger", *anchor)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert "3 seals (anchored up to 3), 10 transactions, 20 entries" in verified.stdout

    assert manage(older, "verify_ledger").returncode == 0
    known = manage(older, "verify_ledger", *anchor)
    assert known.returncode == 1
    assert known.stderr.startswith("CommandError: missing: seal 3: the anchor has it")


LATER = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("ledger", "{after}")]
    operations = [
        migrations.AlterField("entry", "currency", models.CharField(max_length=4)),
        migrations.AlterField("seal", "key_id", models.CharField(max_length=20)),
    ]
"""


def test_a_migration_that_alters_tables_leaves_guards_on_and_everything_as_it_was_sealed(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite it copies, drops and renames them, and triggers go with the old one."""
    fill_books()
    last = max(path.stem for path in Path("ledger/migrations").glob("0*.py"))
    package = tmp_path / "later_ledger"
    package.mkdir()
    for path in Path("ledger/migrations").glob("*.py"):
        (package / path.name).write_text(path.read_text())
    (package / "9999_later.py").write_text(LATER.replace("{after}", last))
    monkeypatch.syspath_prepend(str(tmp_path))
    settings.MIGRATION_MODULES = {"ledger": "later_ledger"}

    call_command("migrate", "ledger", verbosity=0)
    try:
        assert guards.missing() == set()
        assert first() is None
        services.post(move(ANN, BEN, 1))
        assert services.seal_transactions() == 1
        assert first() is None
        assert_books_balance()
        assert (Transaction.objects.count(), Seal.objects.count()) == (11, 3)
    finally:
        call_command("migrate", "ledger", last, verbosity=0)
    assert guards.missing() == set()
