"""Triggers that hold the invariants in the database itself, whoever writes to it.

Each app keeps its own in ``triggers/[subject.]postgresql.sql`` and ``triggers/[subject.]sqlite.sql``:
the same rules in two dialects, over the newest schema. Those of a subject may use what those without
one define. What the application calls by name stands in
``functions/``. ``migrate`` takes SQLite's off before it rebuilds tables (Django copies, drops and
renames them, and triggers go with the old one) and puts all of them on when it is done; web, worker
and beat call ``require`` and do not start without them.
"""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TRIGGER = re.compile(r"^CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER (\w+)", re.MULTILINE)

FUNCTION = re.compile(r"^CREATE OR REPLACE FUNCTION (\w+)", re.MULTILINE)

TABLE = re.compile(r"^CREATE .*?TRIGGER \w+\s.*?\sON (\w+)", re.MULTILINE)

ENABLED = {
    "postgresql": """
        SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')
        UNION SELECT proname || '()' FROM pg_proc
        """,
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}


class GuardsMissing(ImproperlyConfigured):
    """The database would accept what it must refuse."""


def install(using: str = "default") -> None:
    """Put every guard on, replacing older ones, and take off what is no guard any more.

    Idempotent. An app whose tables are not all there (migrated to an older state) is passed over.
    """
    connection = connections[using]
    drop(using)
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for script in _scripts(connection):
            if set(TABLE.findall(script)) <= tables:
                _execute(cursor, script, connection.vendor)
        for name, table in _stale(connection, cursor):
            cursor.execute(f"DROP TRIGGER {name} ON {table}")


def drop(using: str = "default") -> None:
    """Take SQLite's guards off, for a schema change. PostgreSQL's stay on through one."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(ENABLED["sqlite"])
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")


def _stale(connection: BaseDatabaseWrapper, cursor: Any) -> list[tuple[str, str]]:
    """PostgreSQL's triggers that bear an app's name and stand in no script of today."""
    if connection.vendor != "postgresql":
        return []
    labels = "|".join(app.label for app in apps.get_app_configs())
    cursor.execute(
        "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgname ~ %s",
        [f"^({labels})_"],
    )
    wanted = expected(connection)
    return [(name, table) for name, table in cursor.fetchall() if name not in wanted]


def missing(using: str = "default") -> set[str]:
    """Names of guards that the database lacks or has disabled."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(ENABLED[connection.vendor])
        present = {name for (name,) in cursor.fetchall()}
    return expected(connection) - present


def require(using: str = "default") -> None:
    """Refuse to go on without the guards.

    :raises GuardsMissing: naming those that are not there.
    """
    absent = missing(using)
    if absent:
        names = ", ".join(sorted(absent))
        raise GuardsMissing(f"Guards missing in the database (run migrate): {names}")


def expected(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of all guards, and of the functions, as ``name()``, that this engine needs."""
    scripts = list(_scripts(connection))
    triggers = {name for sql in scripts for name in TRIGGER.findall(sql)}
    return triggers | {f"{name}()" for sql in scripts for name in FUNCTION.findall(sql)}


def _scripts(connection: BaseDatabaseWrapper) -> Iterator[str]:
    for app in apps.get_app_configs():
        for folder in ("functions", "triggers"):
            plain = f"{connection.vendor}.sql"
            scripts = (Path(app.path) / folder).glob(f"*{plain}")
            for script in sorted(scripts, key=lambda path: (path.name != plain, path.name)):
                yield script.read_text()


def _execute(cursor: Any, script: str, vendor: str) -> None:
    for statement in _split(script) if vendor == "sqlite" else [script]:
        cursor.execute(statement)


def _split(script: str) -> Iterator[str]:
    """SQLite's driver takes one statement at a time, and knows where a trigger's body ends."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
