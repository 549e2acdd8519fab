"""DuckDB, inside this process, over an export of the facts."""

import tempfile
from collections.abc import Sequence
from typing import Any

import duckdb
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.models import QuerySet

from analytics.engines.exports import EXPORTED, Export

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
        self._connection = connected()
        for name, fact in EXPORTED.items():
            self._connection.execute(export.view(name, fact))

    def rows(self, selected: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
        return self.run("{rows}", selected)

    def run(
        self, statement: str, selected: QuerySet[Any, Any], *values: object
    ) -> list[tuple[Any, ...]]:
        select, given = selected.query.get_compiler(connection=DIALECT).as_sql()
        return self._answer(statement.format(rows=select), [*given, *values])

    def _answer(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        marked = statement % (("?",) * len(values))
        answer: list[tuple[Any, ...]] = self._connection.execute(marked, values).fetchall()
        return answer


def connected() -> duckdb.DuckDBPyConnection:
    """To a database in memory, of at most 256 MB: what does not fit goes to disk meanwhile."""
    connection = duckdb.connect()
    for name, value in SETTINGS.items():
        connection.execute(f"SET {name} = {value}")
    return connection
