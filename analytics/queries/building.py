"""Reports on their way, as those see them who have asked for them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from analytics.queries.audience import may_read
from analytics.queries.days import Days
from core.errors import NotFound
from core.models import Job

REPORT = "report"
"""The kind of their jobs."""


@dataclass(frozen=True, slots=True)
class Building:
    """A job, the days that it is of, the id of the report that it has built, and what has gone wrong."""

    job: Job
    days: Days
    report: str | None
    trouble: str


def job_seen_by(user: Any, job_id: UUID) -> Job:
    """:raises NotFound: there is none, or ``user`` may not read what it builds."""
    job = Job.objects.filter(pk=job_id, kind=REPORT).first()
    if job is None or not may_read(user, _seller_id(job)):
        raise NotFound
    return job


def building(user_id: UUID, *, limit: int) -> list[Building]:
    """What this user has asked for, the newest first."""
    asked_for = Job.objects.filter(kind=REPORT, actor_id=user_id).order_by("-queued_at", "-pk")
    return [_building(job) for job in asked_for[:limit]]


def _building(job: Job) -> Building:
    first, last = (date.fromisoformat(job.arguments[name]) for name in ("first", "last"))
    return Building(job, Days(first, last), report_of(job), trouble(job))


def report_of(job: Job) -> str | None:
    """The id of what it has built."""
    built: str | None = job.result.get("report")
    return built


def trouble(job: Job) -> str:
    """What has gone wrong, without the particulars, which are for staff; "" if nothing has."""
    if job.state == Job.State.FAILED:
        return "It could not be built. We look into it; what was there before is as it was."
    if job.error and job.state != Job.State.DONE:
        return "It did not work at first, and is tried again."
    return ""


def _seller_id(job: Job) -> UUID | None:
    seller = job.arguments["seller"]
    return UUID(seller) if seller else None
