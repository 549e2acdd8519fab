"""Reports on their way, as those see them who have asked for them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from analytics.queries.audience import may_read
from core.errors import NotFound
from core.models import Job

REPORT = "report"
"""The kind of their jobs."""


def job_seen_by(user: Any, job_id: UUID) -> Job:
    """:raises NotFound: there is none, or ``user`` may not read what it builds."""
    job = Job.objects.filter(pk=job_id, kind=REPORT).first()
    if job is None or not may_read(user, _seller_id(job)):
        raise NotFound
    return job


def jobs_asked_for(user_id: UUID) -> QuerySet[Job]:
    """By this user, the newest first."""
    return Job.objects.filter(kind=REPORT, actor_id=user_id).order_by("-queued_at", "-pk")


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
