"""Reading many rows in many statements, as they were at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """A transaction for reading only, in which all statements see what the first one does.

    It keeps nobody from writing meanwhile. Inside another transaction it is a part of that one.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield
    else:
        with _not_alone(), transaction.atomic():
            yield


@contextmanager
def _not_alone() -> Iterator[None]:
    """SQLite's transactions here begin as writers, who are alone. A reader need not be."""
    usual = connection.transaction_mode  # type: ignore[attr-defined]  # SQLite's
    connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]  # as above
    try:
        yield
    finally:
        connection.transaction_mode = usual  # type: ignore[attr-defined]  # as above
