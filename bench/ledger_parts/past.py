"""Balances of an account with a long history: now, and at instants of its past."""

import random
import statistics
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.ledger_parts.accounts import wallet
from ledger.chart import AccountSpec
from ledger.models import Entry
from ledger.postings import Line, Posting
from ledger.queries import balance_at, balance_now
from ledger.services import post_batch

BATCH = 500

FULL = wallet(1)
SOURCE = AccountSpec("bench:source", "clearing", "GBP", min_balance=None, tier=1)

INDEX = "ledger_entry_time"


def main(*, entries: int, reads: int) -> dict[str, Any]:
    """Give one account ``entries`` real entries, then time ``reads`` of each kind, in turns.

    Answers medians in milliseconds and the plans of all statements.
    """
    began = time.monotonic()
    for batch in range(entries // BATCH):
        post_batch([_deposit(batch * BATCH + number) for number in range(BATCH)])
    seconds = time.monotonic() - began
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE ledger_entry")
        cursor.execute("VACUUM ANALYZE ledger_account")
    times = _times(reads)
    plans = [*_plans(_now), *_plans(_at(_instants(1)[0]))]
    assert INDEX in plans[-1], plans[-1]
    return {"seconds": seconds, **times, "plans": plans}


def _deposit(number: int) -> Posting:
    return Posting("deposit", f"past-{number}", (Line(SOURCE, -5), Line(FULL, 5)), scope="bench")


def _times(reads: int) -> dict[str, float]:
    now, past = [], []
    for instant in _instants(reads):
        now.append(_milliseconds(_now))
        past.append(_milliseconds(_at(instant)))
    return {"now": statistics.median(now), "past": statistics.median(past)}


def _instants(count: int) -> list[datetime]:
    stamps = Entry.objects.filter(account__code=FULL.code).order_by("recorded_at")
    first, last = stamps.values_list("recorded_at", flat=True)[0], stamps.last()
    assert last
    return [first + random.random() * (last.recorded_at - first) for _ in range(count)]


def _now() -> object:
    return balance_now(FULL.code)


def _at(instant: datetime) -> Callable[[], object]:
    return lambda: balance_at(FULL.code, instant)


def _milliseconds(read: Callable[[], object]) -> float:
    began = time.perf_counter()
    read()
    return (time.perf_counter() - began) * 1000


def _plans(read: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        read()
    return [_plan(query["sql"]) for query in captured.captured_queries]


def _plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())
