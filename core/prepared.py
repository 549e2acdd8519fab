"""Statements that differ in nothing but their parameters: PostgreSQL plans them once per connection.

Django writes the values into its statements, so that each is new to the server and planned anew; of a few
joins that takes longer than the answer. Take this for what is asked all the time, and is best answered
in one way whatever the values are.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


class _Preparing(psycopg.Cursor[Any]):
    """Gives values to the server beside the statement, and lets it keep the statement's plan."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(query, params, prepare=True, **options)


def rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """As the engine has them: on SQLite, ids, booleans and times are texts and numbers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.cursor = _Preparing(connection.connection)
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
