"""What beat runs for every app."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from uuid import UUID

from celery import shared_task
from django.db import OperationalError, connection

from core import clock, events, jobs
from core.models import IdempotencyRecord

JOB_TIME_LIMIT = 14 * 60
"""Seconds after which an attempt at a job is broken off, as failed."""
HEARTBEAT = 5
"""Seconds between two signs of life: several fit into a claim."""


@shared_task(ignore_result=True)
def deliver_events() -> int:
    """Send every due delivery to a worker of its own, so that one failure stops no other; new ones
    of a batched consumer together. Returns how many tasks those are.
    """
    queued = events.queue(at=clock.now())
    for delivery_id, attempt in queued:
        deliver.delay(str(delivery_id), attempt)
    consumers = events.batches_due(at=clock.now())
    for consumer in consumers:
        deliver_batches.delay(consumer)
    return len(queued) + len(consumers)


@shared_task(ignore_result=True)
def deliver(delivery_id: str, attempt: int) -> bool:
    """Make one attempt at a delivery. Safe to run twice; see ``events.deliver``."""
    return events.deliver(UUID(delivery_id), at=clock.now(), attempt=attempt)


@shared_task(ignore_result=True)
def deliver_batches(consumer: str) -> None:
    """Deliver all that is new to a batched consumer. Safe to run twice; see ``events.deliver_batch``."""
    while events.deliver_batch(consumer, at=clock.now()):
        pass


@shared_task(ignore_result=True)
def run_jobs() -> int:
    """Send every job that is due, and those whose workers died, to a worker. Returns how many."""
    queued = jobs.queue(at=clock.now())
    for job_id, attempt in queued:
        run_job.delay(str(job_id), attempt)
    return len(queued)


@shared_task(
    ignore_result=True,
    soft_time_limit=JOB_TIME_LIMIT,
    time_limit=JOB_TIME_LIMIT + 60,
)
def run_job(job_id: str, attempt: int) -> bool:
    """Make one attempt at a job. Safe to run twice, and to be killed; see ``core.jobs``."""
    work = jobs.claim(UUID(job_id), at=clock.now(), attempt=attempt)
    if work is None:
        return False
    with _alive(work):
        return jobs.carry_out(work)


@contextmanager
def _alive(work: jobs.Work) -> Iterator[None]:
    """Signs of life from a thread beside the work: they end when the process does, and not before."""
    over = Event()
    beating = Thread(target=_beat, args=(work, over), daemon=True)
    beating.start()
    try:
        yield
    finally:
        over.set()
        beating.join()


def _beat(work: jobs.Work, over: Event) -> None:
    try:
        while not over.wait(HEARTBEAT):
            try:
                work.prolong(at=clock.now())
            except (
                OperationalError
            ):  # the row is locked, or there is no server: the next one may do
                connection.close()
    finally:
        connection.close()


@shared_task(ignore_result=True)
def prune_idempotency_records() -> int:
    """Forget answers past their time. The effects themselves stay unique by the domain's keys."""
    expired = IdempotencyRecord.objects.filter(expires_at__lte=clock.now())
    return expired.delete()[0]
