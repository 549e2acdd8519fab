"""DuckDB, inside this process, over an export of the facts."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.models import QuerySet

from analytics.engines.engine import Written, compose
from analytics.engines.exports import EXPORTED, Export, latest

SETTINGS = {
    "memory_limit": "'256MB'",
    "temp_directory": f"'{tempfile.gettempdir()}'",
    "preserve_insertion_order": "false",
    "integer_division": "true",  # as PostgreSQL and SQLite divide
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}

DIALECT = DatabaseWrapper({}, "duckdb")
"""Writes PostgreSQL's SQL, which DuckDB understands; it never connects to anything."""


class DuckDB:
    """Facts are as of when ``export`` was made. It stays with that one, even if a newer one comes."""

    def __init__(self, export: Export) -> None:
        self._made_at = export.made_at
        self._connection = connected()
        for name, fact in EXPORTED.items():
            self._connection.execute(export.view(name, fact))

    def as_of(self, now: datetime) -> datetime:
        return self._made_at

    def rows(self, selected: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
        return self.run("{rows}", rows=selected)

    def run(
        self, statement: str, *values: object, **selected: QuerySet[Any, Any]
    ) -> list[tuple[Any, ...]]:
        sql, given = compose(statement, values, selected, _written)
        marked = sql % (("?",) * len(given))
        answer: list[tuple[Any, ...]] = self._connection.execute(marked, given).fetchall()
        return answer


def _written(selected: QuerySet[Any, Any]) -> Written:
    sql, values = selected.query.get_compiler(connection=DIALECT).as_sql()
    return sql, values


def connected() -> duckdb.DuckDBPyConnection:
    """To a database in memory, to which DuckDB gives 256 MB: what does not fit goes to disk meanwhile.

    The process needs more: Python, Django, the charts, and what DuckDB does not count.
    """
    connection = duckdb.connect()
    for name, value in SETTINGS.items():
        connection.execute(f"SET {name} = {value}")
    return connection


def open_engine(exports: Path) -> DuckDB:
    """:raises analytics.engines.exports.NoExport: none has been made."""
    return DuckDB(latest(exports))
