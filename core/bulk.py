"""Inserting many rows at once, in whichever way the engine takes them fastest."""

from collections.abc import Iterable, Sequence
from itertools import islice

from django.db import connection
from django.db.models import Model

BATCH = 5_000


def insert(rows: Iterable[Model]) -> None:
    """Insert unsaved rows of one model whose columns are plain: numbers, texts, times and ids.

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
    names = [field.attname for field in meta.concrete_fields]
    columns = ", ".join(quoted(str(field.column)) for field in meta.concrete_fields)
    statement = f"COPY {quoted(meta.db_table)} ({columns}) FROM STDIN"
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,  # Django does not, around COPY
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row([row.__dict__[name] for name in names])
