"""What the service sends to PostgreSQL for one order, statement by statement."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import ClientCursor, Copy

AROUND = ("SAVEPOINT", "RELEASE SAVEPOINT")
"""What nobody would write by hand around statements that are all undone together anyway."""


@dataclass(frozen=True, slots=True)
class Statement:
    """``parameters`` of one that is executed, or ``rows`` that are copied."""

    sql: str
    parameters: Sequence[Any] | None
    rows: Sequence[Sequence[Any]] | None = None


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """All statements of Django's connection inside it, except for those of nested transactions."""
    connection.ensure_connection()
    usual, found = connection.connection.cursor_factory, list[Statement]()

    class Recorder(ClientCursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            if not str(query).startswith(AROUND):
                found.append(Statement(str(query), params))
            return super().execute(query, params, **options)

        @contextmanager
        def copy(self, statement: Any, params: Any = None, **options: Any) -> Iterator[Any]:
            rows: list[Sequence[Any]] = []
            with super().copy(statement, params, **options) as copy:
                yield _Rows(copy, rows)
            found.append(Statement(str(statement), params, rows))

    connection.connection.cursor_factory = Recorder
    try:
        yield found
    finally:
        connection.connection.cursor_factory = usual


class _Rows:
    """Keeps what it passes on."""

    def __init__(self, copy: Copy, rows: list[Sequence[Any]]) -> None:
        self.copy, self.rows = copy, rows

    def write_row(self, row: Sequence[Any]) -> None:
        self.rows.append(row)
        self.copy.write_row(row)
