"""The two clocks: the application's, which views read and pass on as ``at``, and the database's.

Only the database's may decide about money, holds and auctions: application hosts disagree by
seconds, and a request may wait for a lock after it read its own clock.
"""

from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """This process's time, UTC. For the edge (views, commands, tasks), never inside a service."""
    return timezone.now()


def db_now() -> datetime:
    """The database server's time at this moment, UTC, also in the middle of a transaction.

    SQLite has no server: there it is this host's time. Call it after taking locks, or a
    transaction that waited would be stamped with the time at which it began to wait.
    """
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_clock()")
        (instant,) = cursor.fetchone()
    return instant  # type: ignore[no-any-return]  # psycopg's rows are untyped
