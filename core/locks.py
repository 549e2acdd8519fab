"""Locks for what has no row to lock yet. Held until the transaction ends; take before row locks.

On SQLite a writing transaction is alone already (``BEGIN IMMEDIATE``), so there is nothing to do.
"""

from django.db import connection


def advisory_lock(name: str) -> None:
    """Wait for the lock called ``name``."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def try_advisory_lock(name: str) -> bool:
    """Take the lock called ``name`` unless another transaction holds it."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])


def lock_out_writers(table: str) -> None:
    """Wait until nobody who has written to ``table`` is under way, and let nobody begin. Reading goes on.

    Take it before row locks. What is read after it includes everything that they wrote.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                f"LOCK TABLE {connection.ops.quote_name(table)} IN SHARE ROW EXCLUSIVE MODE"
            )
