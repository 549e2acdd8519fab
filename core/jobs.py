"""Work that takes long, as rows: asked for in the transaction that wants it, done by a worker, once.

What each kind of job runs stands in ``settings.JOBS``: ``{"report":
"analytics.services.build_report"}``. The function takes its ``Work`` as only argument. It computes
outside of transactions, tells how far it is, and stores what it made inside ``work.finish()``, where
the effect and the mark that the job is done commit together.

A claim says whose turn it is, and is prolonged while its worker lives. A job whose worker died is given
to another; should the first one still be at it, it can store nothing any more.

A job may ask for others inside ``finish``; whoever finds there, under an advisory lock, that all of them
are done, asks for what comes after them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from traceback import format_exception_only
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils.module_loading import import_string

from core import audit, clock
from core.errors import Conflict
from core.ids import uuid7
from core.locks import try_advisory_lock
from core.models import Job

MAX_ATTEMPTS = 5
FIRST_RETRY = timedelta(seconds=30)
SLOWER = 4
"""How many times as long each pause is as the one before: half a minute to half an hour."""
LEASE = timedelta(seconds=30)
"""How long a claim holds without a sign of life."""
QUEUED = timedelta(seconds=60)
"""How long a job is left for a worker to take before it is sent again."""
WORKER_DIED = "Its worker died."

Run = Callable[["Work"], None]


class Lost(Exception):
    """Another worker has taken over: this one stops, and has stored nothing."""


class NotFailed(Conflict):
    code = "job_not_failed"
    message = "Only a job that has failed can be tried again."


class Work:
    """One attempt at a job. ``at`` is when it began."""

    def __init__(self, job: Job, *, at: datetime) -> None:
        self.job_id: UUID = job.pk
        self.kind = job.kind
        self.arguments: dict[str, Any] = job.arguments
        self.actor_id = job.actor_id
        self.attempt = job.attempts
        self.at = at
        self._claim = job.claim
        self._told: dict[str, Any] = {"progress": 0, "step": ""}
        self._is_lost = False
        self.is_finished = False

    @property
    def claimed(self) -> QuerySet[Job]:
        """The job, as long as it is this worker's."""
        return Job.objects.filter(pk=self.job_id, state=Job.State.RUNNING, claim=self._claim)

    def tell(self, done: int, of: int, step: str) -> None:
        """Show that ``done`` of so many steps are done and that ``step`` is next.

        Inside a transaction, where nobody would see it, it is left to the next sign of life.

        :raises Lost: another worker has taken over.
        """
        self._told = {"progress": 100 * done // of, "step": step}
        if not connection.in_atomic_block:
            self._is_lost = not self.claimed.update(**self._told)
        if self._is_lost:
            raise Lost

    def prolong(self, *, at: datetime) -> None:
        """Show that the worker lives, from another thread of it: statements may take long."""
        self._is_lost = not self.claimed.update(claimed_until=at + LEASE, **self._told)

    @contextmanager
    def finish(self, **result: Any) -> Iterator[None]:
        """A transaction in which to store what the job made. All of it commits with the mark that the
        job is done, and with ``result`` (JSON-ready), or none of it does.

        The job's row is locked meanwhile, before whatever else is.

        :raises Lost: another worker has taken over.
        """
        with transaction.atomic():
            ended = _ended(Job.State.DONE, clock.db_now())
            if not self.claimed.update(result=result, progress=100, step="", error="", **ended):
                raise Lost
            yield
        self.is_finished = True


def enqueue(
    kind: str, key: str, arguments: dict[str, Any], *, at: datetime, actor_id: UUID | None = None
) -> Job:
    """Ask for a job, in the transaction that wants it: the one with this ``key``, if there is one.

    ``arguments`` are JSON-ready. Workers hear of it once that has committed.
    """
    _function(kind)
    job = Job(
        kind=kind,
        key=key,
        arguments=arguments,
        actor_id=actor_id,
        queued_at=at,
        next_at=at + QUEUED,
    )
    Job.objects.bulk_create([job], ignore_conflicts=True)
    known = Job.objects.get(kind=kind, key=key)
    if known.pk == job.pk:
        _send(job.pk)
    return known


@transaction.atomic
def queue(*, at: datetime, limit: int = 100) -> list[tuple[UUID, int]]:
    """Set due jobs aside for workers, for ``QUEUED``: each one's id, and how often it was tried.

    Hand both to ``claim``, after this has committed. Jobs whose workers died are among them, until they
    have had their attempts. Of several sweeps at once, one finds them.
    """
    if not try_advisory_lock("jobs"):
        return []
    _give_up_on_the_dead(at)
    due = Job.objects.filter(state=Job.State.WAITING, next_at__lte=at).order_by("next_at", "pk")
    free = due.select_for_update(skip_locked=True, no_key=True)
    queued = list(free.values_list("pk", "attempts")[:limit])
    Job.objects.filter(pk__in=[pk for pk, _ in queued]).update(next_at=at + QUEUED)
    return queued


def claim(job_id: UUID, *, at: datetime, attempt: int | None = None) -> Work | None:
    """Begin an attempt, if the job waits for one: with ``attempt``, if it was tried as often, else if
    it is due. Of parallel claims one gets it.
    """
    waiting = Job.objects.filter(pk=job_id, state=Job.State.WAITING)
    wanted = (
        waiting.filter(next_at__lte=at) if attempt is None else waiting.filter(attempts=attempt)
    )
    token = uuid7()
    claimed = wanted.update(
        state=Job.State.RUNNING,
        attempts=F("attempts") + 1,
        claim=token,
        claimed_until=at + LEASE,
        progress=0,
        step="",
        started_at=at,
    )
    return Work(Job.objects.get(pk=job_id), at=at) if claimed else None


def carry_out(work: Work) -> bool:
    """Run the job's function; false if another worker has taken over.

    One that returns without ``finish`` had nothing to store: its job is done. What it raises is noted
    and raised on; it is tried again later, ``MAX_ATTEMPTS`` times in all.
    """
    with _FailureNoted(work) as outcome:
        _function(work.kind)(work)
        if not work.is_finished:
            with work.finish():
                pass
    return not outcome.is_lost


def run(job_id: UUID, *, at: datetime) -> bool:
    """Claim and carry out a job that is due; false if it is not, or if another worker took over."""
    work = claim(job_id, at=at)
    return work is not None and carry_out(work)


@transaction.atomic
def retry(job: Job, *, actor_id: UUID | None, at: datetime) -> None:
    """Give a job that has failed its attempts back. Audited.

    :raises NotFailed: it has not, or not any more.
    """
    failed = Job.objects.filter(pk=job.pk, state=Job.State.FAILED)
    again = {"state": Job.State.WAITING, "attempts": 0, "next_at": at + QUEUED, "finished_at": None}
    if not failed.update(**again):
        raise NotFailed
    audit.record(
        "jobs", actor_id=actor_id, action="retry", subject=job, changes={"error": job.error}, at=at
    )
    _send(job.pk)


def _function(kind: str) -> Run:
    """:raises KeyError: there is no such kind."""
    function: Run = import_string(settings.JOBS[kind])
    return function


def _send(job_id: UUID) -> None:
    """Tell a worker after the commit. If no broker hears it, the next sweep does."""
    from core.tasks import run_job  # noqa: PLC0415  # tasks run what stands here

    transaction.on_commit(lambda: run_job.delay(str(job_id), 0), robust=True)


def _ended(state: Job.State, at: datetime) -> dict[str, Any]:
    return {"state": state, "claim": None, "claimed_until": None, "finished_at": at}


def _waiting(at: datetime) -> dict[str, Any]:
    return {"state": Job.State.WAITING, "claim": None, "claimed_until": None, "next_at": at}


def _give_up_on_the_dead(at: datetime) -> None:
    """Whoever is just finishing holds the row's lock, gives no sign of life, and is passed over.

    The pause counts from the last sign of life: the first one is over by now.
    """
    silent = Job.objects.filter(state=Job.State.RUNNING, claimed_until__lte=at).order_by("pk")
    silent = silent.select_for_update(skip_locked=True, no_key=True)
    for job_id, attempts, until in list(silent.values_list("pk", "attempts", "claimed_until")):
        assert until is not None  # whoever runs has a claim
        retry_at = until - LEASE + _pause(attempts)
        _end_attempt(Job.objects.filter(pk=job_id), attempts, WORKER_DIED, retry_at=retry_at, at=at)


def _pause(attempts: int) -> timedelta:
    pause: timedelta = FIRST_RETRY * SLOWER ** (attempts - 1)
    return pause


def _end_attempt(
    job: QuerySet[Job], attempts: int, error: str, *, retry_at: datetime, at: datetime
) -> None:
    has_failed = attempts >= MAX_ATTEMPTS
    state = _ended(Job.State.FAILED, at) if has_failed else _waiting(retry_at)
    job.update(error=error, **state)


class _FailureNoted:
    """Writes down what goes wrong inside it, and lets it go on upward, unless somebody else took over."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.is_lost = False

    def __enter__(self) -> "_FailureNoted":
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        self.is_lost = isinstance(error, Lost)
        if error is not None and not self.is_lost:
            self._note("".join(format_exception_only(error)).strip())
        return self.is_lost

    def _note(self, error: str) -> None:
        now, attempts = clock.db_now(), self.work.attempt
        retry_at = now + _pause(attempts)
        _end_attempt(self.work.claimed, attempts, error[:2_000], retry_at=retry_at, at=now)
