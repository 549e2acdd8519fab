"""Inserting many rows at once, in whichever way the engine takes them fastest."""

from collections.abc import Iterable, Sequence
from itertools import islice

from django.db import connection
from django.db.models import JSONField, Model
from psycopg.types.json import Jsonb

BATCH = 5_000


def insert(rows: Iterable[Model]) -> None:
    """Insert unsaved rows of one model whose columns are plain: numbers, texts, times, ids, JSON.

    PostgreSQL takes them by COPY, at an eighth of the work that a statement makes; guards see each
    of them just so. ``rows`` may be a generator. Nothing is read back.
    """
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        if connection.vendor == "postgresql":
            _copy(batch)
        else:
            type(batch[0])._base_manager.bulk_create(batch, batch_size=500)  # noqa: SLF001  # Django's documented Model API


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
