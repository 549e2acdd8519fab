"""A connection is known to be alive without asking the server, and known to be dead; it keeps plans."""

import psycopg
import pytest
from django.db import connection

from core import prepared

pytestmark = pytest.mark.postgresql

KEPT = """
    SELECT statement, generic_plans + custom_plans FROM pg_prepared_statements
     WHERE statement IN (%s, %s)
    """


def test_a_connection_that_the_server_ended_is_not_usable(transactional_db):
    connection.ensure_connection()
    assert connection.is_usable()

    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(%s, 1000)", [connection.connection.info.backend_pid]
        )

    assert not connection.is_usable()
    connection.close()


def test_what_is_asked_as_prepared_is_planned_once_and_nothing_else_is(transactional_db):
    connection.ensure_connection()
    for number in range(3):
        assert prepared.rows("SELECT %s::int + 1", [number]) == [(number + 1,)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    planned = prepared.rows(KEPT, ["SELECT $1::int + 1", "SELECT 1"])

    assert planned == [("SELECT $1::int + 1", 3)]
