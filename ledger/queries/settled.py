"""Which past is over: what recorded instants no transaction still under way can add to."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from core import clock

# `now()` is when this transaction began. PostgreSQL shows one transaction the same activity however
# often it looks, and that is never older. Who has no id yet has locked nothing, and whoever locks
# later is stamped later. Another role's session hides when it began: then nothing is settled.
OLDEST_WRITER = """
SELECT least(now(), min(coalesce(xact_start, 'epoch'))) FROM pg_stat_activity
 WHERE datname = current_database() AND backend_xid IS NOT NULL
"""
# Read second: a transaction that is prepared in between has been seen as an active one.
PREPARED = "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()"

NEVER = datetime.fromisoformat("0001-01-01T00:00:00Z")


@contextmanager
def settled() -> Iterator[datetime]:
    """The instant (UTC) before which everything recorded is seen by what is read inside.

    So what is read inside about an earlier instant is the same forever, as long as the database's
    clock is not set back. On SQLite this waits for the one writer, and keeps others out.
    """
    if connection.vendor == "postgresql":
        yield _oldest_writer()
    else:
        with transaction.atomic():
            yield clock.db_now()


def _oldest_writer() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(OLDEST_WRITER)
        (oldest,) = cursor.fetchone()
        cursor.execute(PREPARED)
        (prepared,) = cursor.fetchone()
    return NEVER if prepared else oldest
