"""Writing many rows at once, in whichever way the engine takes them fastest."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, JSONField, Model
from psycopg.types.json import Jsonb

from core.models import Versioned

BATCH = 5_000
EDITED = 500
"""Rows that one statement edits."""

T = TypeVar("T")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """``items`` in lists of ``size``, the last one perhaps shorter."""
    waiting = iter(items)
    while batch := list(islice(waiting, size)):
        yield batch


def insert(rows: Iterable[Model]) -> None:
    """Insert unsaved rows of one model whose columns are plain: numbers, texts, times, ids, JSON.

    PostgreSQL takes them by COPY, at an eighth of the work that a statement makes; guards see each
    of them just so. ``rows`` may be a generator. Nothing is read back.
    """
    for batch in batches(rows, BATCH):
        if connection.vendor == "postgresql":
            _copy(batch)
        else:
            type(batch[0])._base_manager.bulk_create(batch, batch_size=500)  # noqa: SLF001  # Django's documented Model API


def edit(rows: Sequence[Versioned], names: Collection[str], *, at: datetime) -> None:
    """Write the fields ``names`` of ``rows``, which are locked and of one model, as their next version.

    One statement for each ``EDITED`` rows, so that a trigger that looks at statements runs as often.
    """
    for batch in batches(rows, EDITED):
        _edit(batch, sorted(names), at)


def _edit(rows: Sequence[Versioned], names: Sequence[str], at: datetime) -> None:
    meta, quoted = rows[0]._meta, connection.ops.quote_name  # noqa: SLF001  # Django's documented Model API
    known = {each.name: each for each in meta.concrete_fields}
    fields = [known[name] for name in ("id", *names)]
    table, time = quoted(meta.db_table), known["updated_at"]
    columns = [
        f"{quoted(str(each.column))} = {_read(each, place)}"
        for place, each in enumerate(fields[1:], start=2)
    ]
    given = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(rows))
    values = [_written(each, row) for row in rows for each in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET version = version + 1, updated_at = %s, {', '.join(columns)} "  # noqa: S608  # names are the models'
            f"FROM (VALUES {given}) AS given WHERE {table}.id = {_read(fields[0], 1)}",
            [time.get_db_prep_save(at, connection), *values],
        )


def _read(field: "Field[Any, Any]", place: int) -> str:
    """A column of the values that are given. Both engines call them so; PostgreSQL asks for the type."""
    column = f"given.column{place}"
    if connection.vendor != "postgresql":
        return column
    return f"CAST({column} AS {field.db_type(connection)})"


def _written(field: "Field[Any, Any]", row: Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


def _copy(rows: Sequence[Model]) -> None:
    meta, quoted = rows[0]._meta, connection.ops.quote_name  # noqa: SLF001  # Django's documented Model API
    fields = [(field.attname, isinstance(field, JSONField)) for field in meta.concrete_fields]
    columns = ", ".join(quoted(str(field.column)) for field in meta.concrete_fields)
    statement = f"COPY {quoted(meta.db_table)} ({columns}) FROM STDIN"
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,  # Django does not, around COPY
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            values = row.__dict__
            copy.write_row([Jsonb(values[n]) if is_json else values[n] for n, is_json in fields])


def measure_tables() -> None:
    """Tell the planner how large tables have become. One that is just being vacuumed is passed over
    instead of waited for: that measures it, too.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE (SKIP_LOCKED)" if connection.vendor == "postgresql" else "ANALYZE")
