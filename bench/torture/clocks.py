"""Hosts whose clocks are wrong and jump."""

from datetime import UTC, datetime, timedelta
from random import Random
from unittest import mock

from bench.torture import journal, posters, workers, workload
from bench.torture.arena import Arena
from core import clock
from ledger.models import Entry

POTS = 10
STEP = timedelta(hours=1)


def stepping(arena: Arena) -> None:
    """SQLite: the workers' clock steps an hour to and fro while they post. Times never go back."""
    codes = workload.pots(POTS)
    arena.open(codes)
    began = datetime.now(UTC)
    jobs = [_astray(arena, f"w{n}", codes) for n in range(arena.hands)]
    arena.race(jobs)
    arena.audit()
    times = Entry.objects.order_by("recorded_at").values_list("recorded_at", flat=True)
    ahead = times.filter(recorded_at__gt=began + STEP / 2).count()
    arena.outcome.expect_some("entries of an hour ahead", ahead)
    arena.expect_poor(journal.read(arena.notes))


def _astray(arena: Arena, name: str, codes: list[str]) -> workers.Job:
    requests = workload.lasting(arena.seconds, workload.transfers(name, codes))
    at_work = arena.job(name, posters.service, requests)
    random = Random(name)

    def now() -> datetime:
        return datetime.now(UTC) + random.choice((-STEP, timedelta(), STEP))

    def astray() -> None:
        with mock.patch.object(clock, "db_now", now):
            at_work()

    return astray
