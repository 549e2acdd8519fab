"""One of the processes that buy by psycopg alone, with the statements that the service sent for one order."""

import time
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from bench.checkout_parts.recording import Statement, recorded
from bench.checkout_parts.replaying import Replay
from bench.checkout_parts.shop import Baskets
from bench.in_django import wait_for_others
from core import clock
from orders.services import place_order


def main(*, seconds: float, hot: bool) -> dict[str, int]:
    """Buy for ``seconds``, from when all processes are ready.

    Answers how many orders were ``placed``, and of how many ``statements``.
    """
    baskets = Baskets(hot=hot)
    replay = _learn(baskets)
    connection.close()
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as direct:
        replay.buy(direct, baskets.draw(), clock.now())
        wait_for_others()
        placed, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            replay.buy(direct, baskets.draw(), clock.now())
            placed += 1
    return {"placed": placed, "statements": len(replay.steps)}


def _learn(baskets: Baskets) -> Replay:
    """From the second order: the first one asks what is asked once per process, or opens a connection."""
    _bought(baskets)
    return _bought(baskets)


def _bought(baskets: Baskets) -> Replay:
    basket, at = baskets.draw(), clock.now()
    statements: list[Statement]
    with recorded() as statements:
        order: Any = place_order(purchase=basket.purchase, wanted=basket.wanted, at=at)
    return Replay(statements, basket, order, at)
