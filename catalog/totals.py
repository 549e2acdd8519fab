"""How many rows a question has: counted up to a limit, estimated by the planner beyond."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connections
from django.db.models import QuerySet

EXACT_UP_TO = 1_000
"""Rows that are counted: a millisecond or two."""


def counted(rows: QuerySet[Any]) -> tuple[int, bool]:
    """The number of ``rows``, and whether it is an estimate."""
    keys = rows.order_by().values("pk")
    number = keys[: EXACT_UP_TO + 1].count()
    return (number, False) if number <= EXACT_UP_TO else estimated(rows)


def estimated(rows: QuerySet[Any]) -> tuple[int, bool]:
    """As ``counted``, where ``rows`` are known to be more than ``EXACT_UP_TO``."""
    return ESTIMATES[connections[rows.db].vendor](rows.order_by().values("pk"))


def _planned(keys: QuerySet[Any]) -> tuple[int, bool]:
    """PostgreSQL's planner knows from its statistics, to a factor."""
    plan = json.loads(keys.explain(format="json"))[0]["Plan"]
    return max(int(plan["Plan Rows"]), EXACT_UP_TO + 1), True


def _exactly(keys: QuerySet[Any]) -> tuple[int, bool]:
    """SQLite has nothing to estimate by."""
    return keys.count(), False


ESTIMATES: Mapping[str, Callable[[QuerySet[Any]], tuple[int, bool]]] = {
    "postgresql": _planned,
    "sqlite": _exactly,
}
