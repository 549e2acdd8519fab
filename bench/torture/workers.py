"""Worker processes, what one does all day, and what an error means to it."""

import ctypes
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from multiprocessing.synchronize import Barrier

from django.db import DatabaseError, IntegrityError, InterfaceError, connection, connections

from bench.torture.journal import Answer, Journal, Request
from bench.torture.posters import Post
from core.errors import DomainError

FORK = get_context("fork")
ATTEMPTS = 5
PATIENCE = 60
"""Seconds until all workers stand at the start, or have come home."""
PR_SET_PDEATHSIG = 1

STALE = {"ledger_entry_account_seq_once", "ledger_entry_continues_account"}
"""What the database says to those who continue an account from an old balance."""
TRANSIENT = {"40P01": "deadlock", "40001": "serialization"}
DEFINITE = {"53100": "disk_full", "55P03": "lock_timeout"}

Job = Callable[[], None]


class Meaning(Enum):
    AGAIN = "nothing happened, and it may pass now"
    REFUSED = "nothing happened"
    UNKNOWN = "nobody knows what happened"


def meaning(error: DatabaseError | InterfaceError) -> tuple[Meaning, str]:
    """What ``error`` says about the posting, and its reason in one word."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    if state in TRANSIENT or rule in STALE:
        return Meaning.AGAIN, TRANSIENT.get(state, "stale")
    if isinstance(error, IntegrityError):
        return Meaning.REFUSED, rule or "_".join(str(error).splitlines()[0].split())
    if state in DEFINITE or "disk is full" in str(error):
        return Meaning.REFUSED, DEFINITE.get(state, "disk_full")
    return Meaning.UNKNOWN, "unknown"


def work(journal: Journal, post: Post, requests: Iterable[Request], *, stubborn: bool) -> None:
    """Post ``requests`` and note each. A lost connection is the end, unless ``stubborn``."""
    for request in requests:
        journal.sent(request)
        if not _posted(journal, post, request):
            connection.close()
            if not stubborn:
                return


def _posted(journal: Journal, post: Post, request: Request) -> bool:
    """Whether it is known what happened; it is noted then."""
    began = time.perf_counter()
    try:
        answer = _attempt(journal, post, request)
    except DomainError as error:
        journal.refused(request.key, error.code)
    except (DatabaseError, InterfaceError) as error:
        kind, reason = meaning(error)
        if kind is Meaning.UNKNOWN:
            return False
        journal.refused(request.key, reason)
    else:
        journal.acked(request.key, answer, time.perf_counter() - began)
    return True


def _attempt(journal: Journal, post: Post, request: Request) -> Answer:
    for _ in range(ATTEMPTS - 1):
        try:
            return post(request)
        except DatabaseError as error:
            kind, reason = meaning(error)
            if kind is not Meaning.AGAIN:
                raise
            journal.retried(request.key, reason)
    return post(request)


@contextmanager
def crew(jobs: Sequence[Job]) -> Iterator[list[ForkProcess]]:
    """A process for each job, each with its own connection; they begin together.

    Whoever still runs at the end is killed.
    """
    connections.close_all()
    start = FORK.Barrier(len(jobs))
    workers = [FORK.Process(target=_live, args=(job, start)) for job in jobs]
    try:
        for worker in workers:
            worker.start()
        yield workers
    finally:
        kill(workers)


def run(jobs: Sequence[Job]) -> list[int | None]:
    """All ``jobs`` to their ends; exit codes, those of processes that had to be killed included."""
    with crew(jobs) as workers:
        join(workers)
    return [worker.exitcode for worker in workers]


def join(workers: Iterable[ForkProcess]) -> None:
    deadline = time.monotonic() + PATIENCE
    for worker in workers:
        worker.join(max(0, deadline - time.monotonic()))


def kill(workers: Iterable[ForkProcess]) -> None:
    """SIGKILL, and wait until they are gone. Those that were never started are passed over."""
    for worker in workers:
        if worker.pid is not None:
            worker.kill()
            worker.join()


def _live(job: Job, start: Barrier) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    connection.ensure_connection()
    start.wait(PATIENCE)
    job()
    connection.close()
