"""One moment of the database, however many statements look at it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

READ_ONLY = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@contextmanager
def snapshot() -> Iterator[None]:
    """What is read inside is as it was at the first statement, and nobody waits for it. Inside a
    transaction, that transaction's own view.

    On SQLite by hand, because ``atomic`` would keep all writers out until the end.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(READ_ONLY)
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
