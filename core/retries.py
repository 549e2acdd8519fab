"""Transactions that lost a fight over rows: the database undid them, so they may run again."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import tenacity
from django.db import OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")

LOST = {"40001", "40P01"}
"""SQLSTATEs of PostgreSQL: serialisation failure, deadlock."""


def is_lost_race(error: BaseException) -> bool:
    """Whether running the same again may succeed.

    Not within a transaction: all of it is lost, so whoever began it has to run it again.
    """
    lost = isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") in LOST
    return lost and not connection.in_atomic_block


def retried(
    may_succeed: Callable[[BaseException], bool] = is_lost_race,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: run it up to five times, some milliseconds apart, by chance, so that losers of one
    fight do not meet again. For functions that begin and end their transaction themselves.
    """
    return tenacity.retry(
        retry=tenacity.retry_if_exception(may_succeed),
        stop=tenacity.stop_after_attempt(5),
        wait=tenacity.wait_random_exponential(multiplier=0.01, max=0.5),
        reraise=True,
    )
