"""The database where the shop lives."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from analytics.engines.engine import Written, compose


class Database:
    """Facts are as of now, to the last sale that was counted."""

    def as_of(self, now: datetime) -> datetime:
        return now

    def rows(self, selected: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
        return list(selected)

    def run(
        self, statement: str, *values: object, **selected: QuerySet[Any, Any]
    ) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(*compose(statement, values, selected, _written))
            answer: list[tuple[Any, ...]] = cursor.fetchall()
        return answer


def _written(selected: QuerySet[Any, Any]) -> Written:
    sql, values = selected.query.sql_with_params()
    return sql, values


DATABASE = Database()


def open_engine(_exports: Path) -> Database:
    return DATABASE
