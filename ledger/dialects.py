"""How each engine tells the bytes in a column, whatever is in it."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from ledger.canonical import json_bytes, microseconds

Bytes = bytes | None
Columns = Mapping[str, str]
"""Kinds by column: text (numbers, too), uuid, instant, json or hash."""

AT_ONCE = 5_000
"""Rows that a cursor fetches."""

BY_INDEX = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit")


@contextmanager
def by_index() -> Iterator[None]:
    """In a transaction. Without statistics, as after an import, PostgreSQL's planner would rather
    read a whole table than a thousand rows of it. After an error the transaction's end undoes it.
    """
    if connection.vendor == "postgresql":
        _plan("off")
        yield
        _plan("default")
    else:
        yield


def _plan(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("".join(f"SET LOCAL {name} = {how};" for name in BY_INDEX))


class Dialect(ABC):
    """How an engine tells a column's bytes: by SQL, and by what is left to do in Python."""

    columns: Mapping[str, str]
    readers: Mapping[str, Callable[[Any], Bytes]]
    among: str

    def select(self, alias: str, columns: Columns) -> str:
        return ", ".join(
            self.columns[kind].format(f"{alias}.{name}") for name, kind in columns.items()
        )

    def read(
        self, sql: str, kinds: Iterable[str], parameters: Sequence[Any]
    ) -> Iterator[tuple[Bytes, ...]]:
        """Rows, streamed."""
        readers = [self.readers[kind] for kind in kinds]
        with connection.chunked_cursor() as cursor:
            cursor.execute(sql, parameters)
            while rows := cursor.fetchmany(AT_ONCE):
                for row in rows:
                    yield tuple([reader(value) for reader, value in zip(readers, row, strict=True)])

    @abstractmethod
    def ids(self, values: Sequence[UUID] | Sequence[int]) -> Any:
        """``values`` as the parameter of ``among``."""


def _encoded(value: str | None) -> Bytes:
    return None if value is None else value.encode()


def _json(value: str | bytes | None) -> Bytes:
    if isinstance(value, bytes):
        value = value.decode(errors="surrogateescape")
    return None if value is None else json_bytes(value)


class PostgreSQL(Dialect):
    columns = {
        "text": "{}::text",
        "uuid": "uuid_send({})",
        "instant": "trunc(extract(epoch FROM {}) * 1000000)::text",
        "json": "{}::text",
        "hash": "{}",
    }
    readers = {
        "text": _encoded,
        "uuid": lambda value: value,
        "instant": _encoded,
        "json": _json,
        "hash": lambda value: value,
    }
    among = "= ANY(%s)"

    def ids(self, values: Sequence[UUID] | Sequence[int]) -> Any:
        return list(values)


def _unhex(value: Bytes) -> Bytes:
    """What is no identifier as this engine writes it stays as it is: longer than one."""
    try:
        plain = bytes.fromhex(value.decode()) if value is not None else None
    except ValueError:
        return value
    return plain if plain is None or plain.hex().encode() == value else value


def _instant(value: Bytes) -> Bytes:
    """As above; with its dashes it is no number."""
    try:
        instant = datetime.fromisoformat(f"{value.decode()}+00:00") if value is not None else None
    except ValueError:
        return value
    if instant is None or str(instant)[:-6].encode() != value:
        return value
    return str(microseconds(instant)).encode()


class SQLite(Dialect):
    columns = dict.fromkeys(("text", "uuid", "instant", "json", "hash"), "CAST({} AS BLOB)")
    readers = {
        "text": lambda value: value,
        "uuid": _unhex,
        "instant": _instant,
        "json": _json,
        "hash": lambda value: value,
    }
    among = "IN (SELECT value FROM json_each(%s))"

    def ids(self, values: Sequence[UUID] | Sequence[int]) -> Any:
        return json.dumps([one.hex if isinstance(one, UUID) else one for one in values])


DIALECTS: Mapping[str, Dialect] = {"postgresql": PostgreSQL(), "sqlite": SQLite()}
