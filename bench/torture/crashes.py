"""kill -9 to clients and servers in the middle of their work, then recovery, then the audit."""

from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from random import Random
from typing import Any

import psycopg
from django.db import connection, connections

from bench.torture import audit, journal, posters, workers, workload
from bench.torture.arena import Arena, await_that
from bench.torture.deaths import die
from bench.torture.journal import Request
from bench.torture.posters import Post
from bench.torture.stores import ServerStore
from ledger.queries import discrepancies

POTS = 10
BLIND_AFTER = 10
"""Crashes without a loss after which the positive control says that nobody would see one."""
FORGETFUL = {
    "synchronous_commit": "off",
    "wal_writer_delay": "10s",
    "wal_writer_flush_after": "512MB",
    "wal_buffers": "16MB",
}
"""Settings by which PostgreSQL acknowledges what is in its memory only."""


class Fuse:
    """Kills its process before the ``left``-th moment at which the database is between two things:
    before each statement, after one that commits by itself, before COMMIT, and after it.
    ``around`` adds moments that are not the database's.
    """

    def __init__(self, left: int) -> None:
        self.left = left

    def burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            die()

    def light(self) -> None:
        commit = connection._commit  # type: ignore[attr-defined]  # noqa: SLF001  # COMMIT passes no wrapper

        def committed() -> None:
            self.burn()
            commit()
            self.burn()

        connection._commit = committed  # type: ignore[attr-defined]  # noqa: SLF001  # as above
        connection.execute_wrappers.append(self._execute)

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """``call``, with a moment before it and one after it."""

        def burning(*arguments: Any, **named: Any) -> Any:
            self.burn()
            found = call(*arguments, **named)
            self.burn()
            return found

        return burning

    def _execute(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.burn()
        found = execute(*arguments)
        if not connection.in_atomic_block:
            self.burn()
        return found


def between_statements(arena: Arena) -> None:
    """A client dies before each statement of a posting in turn, before COMMIT, and after it.

    Only the last one has posted. All of them are sent again, and have one effect each.
    """
    codes = workload.pots(2)
    arena.open(codes, 100_000)
    ways = {"service": posters.service}
    if arena.store.engine == "postgresql":
        ways |= {"function": posters.function, "ordered": posters.ordered}
    deaths = [_die_step_by_step(arena, name, post, codes) for name, post in ways.items()]
    posted = arena.settle(most=sum(deaths))
    arena.audit()
    arena.outcome.figures["clients killed"] = sum(deaths)
    arena.outcome.expect("killed too late to matter", posted, len(ways))
    arena.outcome.expect_some("killed in time", sum(deaths) - posted)


def clients(arena: Arena) -> None:
    """Workers are killed one after the other under load; another takes the place of each."""
    codes = workload.pots(POTS)
    arena.open(codes)
    random, deaths = Random("clients"), 4 * arena.rounds
    with ExitStack() as stack:

        def hire(name: str) -> Any:
            return stack.enter_context(workers.crew([_endless(arena, name, codes)]))

        living = [hire(f"w{number}") for number in range(arena.hands)]
        for number in range(deaths):
            arena.await_acks(random.randint(1, 20))
            workers.kill(living.pop(random.randrange(arena.hands)))
            living.append(hire(f"heir{number}"))
    arena.settle(most=deaths + arena.hands)
    arena.audit()
    arena.outcome.figures["clients killed"] = deaths + arena.hands


def all_writers(arena: Arena) -> None:
    """SQLite: every writer is killed at once under load; the file is opened again."""
    arena.open(workload.pots(POTS))
    for number in range(arena.rounds):
        with workers.crew(_shift(arena, number)):
            arena.await_acks(Random(number).randint(10, arena.load))
        arena.settle(most=arena.hands)
    arena.audit()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        arena.outcome.expect("faults of the file", cursor.fetchall() != [("ok",)], wanted=False)
    arena.outcome.figures["crashes"] = arena.rounds


def server(arena: Arena) -> None:
    """PostgreSQL: all processes of the server are killed under load; it recovers.

    The operating system lives on and keeps what was written: this is no loss of power.
    """
    arena.open(workload.pots(POTS))
    for number in range(arena.rounds):
        _kill_server_at_work(arena, number)
        arena.settle(most=arena.hands)
    arena.audit()
    arena.outcome.figures["crashes"] = arena.rounds


def control(arena: Arena) -> None:
    """The same as ``server`` with settings that lose acknowledged work: the audit must see it."""
    cluster = _cluster(arena)
    arena.open(workload.pots(POTS))
    usual, cluster.settings = cluster.settings, cluster.settings | FORGETFUL
    try:
        _restart(arena)
        arena.outcome.expect("commits durable", arena.store.durable(), wanted=False)
        lost = crashes = 0
        while not lost and crashes < BLIND_AFTER:
            _kill_server_at_work(arena, crashes)
            lost, crashes = audit.lost(journal.read(arena.notes)), crashes + 1
    finally:
        cluster.settings = usual
        _restart(arena)
    arena.outcome.figures |= {"crashes": crashes}
    arena.outcome.expect_some("lost acknowledgements", lost)
    arena.outcome.expect("discrepancies", len(discrepancies()), 0)


def storm(arena: Arena) -> None:
    """PostgreSQL: connections of workers are broken off again and again; they come back."""
    codes = workload.pots(POTS)
    arena.open(codes)
    jobs = [
        arena.job(f"w{n}", posters.service, workload.transfers(f"w{n}", codes), stubborn=True)
        for n in range(arena.hands)
    ]
    broken = 0
    with workers.crew(jobs), psycopg.connect(_cluster(arena).url(), autocommit=True) as admin:
        while broken < arena.repeats * 2:
            arena.await_acks(1)
            broken += len(admin.execute(TERMINATE, [connection.settings_dict["NAME"]]).fetchall())
    arena.settle(most=broken + arena.hands)
    arena.audit()
    arena.outcome.expect_some("connections broken", broken)


TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = %s AND state <> 'idle' ORDER BY random() LIMIT 2"
)


def _die_step_by_step(arena: Arena, name: str, post: Post, codes: list[str]) -> int:
    """Until one lives; how many died."""
    for step in count(1):
        lines = ((codes[0], -1), (codes[1], 1))
        job = _fused(arena, Request(f"{name}-{step}", lines), post, step)
        if workers.run([job]) == [0]:
            return step - 1
    raise AssertionError


def _fused(arena: Arena, request: Request, post: Post, step: int) -> workers.Job:
    at_work = arena.job(request.key, post, [request])

    def fused() -> None:
        Fuse(step).light()
        at_work()

    return fused


def _endless(arena: Arena, name: str, codes: list[str]) -> workers.Job:
    return arena.job(name, posters.service, workload.transfers(name, codes))


def _shift(arena: Arena, number: int) -> list[workers.Job]:
    codes = workload.pots(POTS)
    return [_endless(arena, f"shift{number}-w{n}", codes) for n in range(arena.hands)]


def _kill_server_at_work(arena: Arena, number: int) -> None:
    """Workers end by themselves when they lose it."""
    with workers.crew(_shift(arena, number)) as crew:
        arena.await_acks(Random(number).randint(10, arena.load))
        _cluster(arena).kill()
        await_that(lambda: not any(worker.is_alive() for worker in crew))
    connections.close_all()
    _cluster(arena).start()


def _restart(arena: Arena) -> None:
    connections.close_all()
    _cluster(arena).stop()
    _cluster(arena).start()


def _cluster(arena: Arena) -> Any:
    assert isinstance(arena.store, ServerStore)
    return arena.store.cluster
