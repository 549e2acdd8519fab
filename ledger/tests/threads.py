"""Jobs beside the test, each on a thread and a connection of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from django.db import connection

PATIENCE = 20
"""Seconds to wait for another thread."""


@contextmanager
def running(*jobs: Callable[[], None]) -> Iterator[list[Future[None]]]:
    """Waits at its end until the jobs are done, and raises what they raised."""

    def run(job: Callable[[], None]) -> None:
        try:
            job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        futures = [pool.submit(run, job) for job in jobs]
        yield futures
    for future in futures:
        future.result()


def beside(job: Callable[[Event, Event], None], meanwhile: Callable[[], None]) -> None:
    """Run ``job`` until it sets its first event, then ``meanwhile``, then let ``job`` go on.

    ``job`` waits for its second event where it is to be overtaken.
    """
    ready, go_on = Event(), Event()
    with running(lambda: job(ready, go_on)):
        try:
            assert ready.wait(PATIENCE)
            meanwhile()
        finally:
            go_on.set()
