"""A connection is known to be alive without asking the server, and known to be dead."""

import psycopg
import pytest
from django.db import connection

pytestmark = pytest.mark.postgresql


def test_a_connection_that_the_server_ended_is_not_usable(transactional_db):
    connection.ensure_connection()
    assert connection.is_usable()

    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(%s, 1000)", [connection.connection.info.backend_pid]
        )

    assert not connection.is_usable()
    connection.close()
