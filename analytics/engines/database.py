"""The database where the shop lives."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Database:
    """Facts are as of now, to the last sale that was counted."""

    def rows(self, selected: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
        return list(selected)

    def run(
        self, statement: str, selected: QuerySet[Any, Any], *values: object
    ) -> list[tuple[Any, ...]]:
        select, given = selected.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(statement.format(rows=select), [*given, *values])
            answer: list[tuple[Any, ...]] = cursor.fetchall()
        return answer


DATABASE = Database()
