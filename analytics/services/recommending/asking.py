"""When recommendations are built, and by which algorithm."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from analytics.experiments import is_running
from analytics.models import Line
from core import jobs
from core.models import Job

BUILD = "recommendations"


def ask_for_recommendations(
    *, at: datetime, key: str = "", actor_id: UUID | None = None
) -> list[Job]:
    """Have them built, also the candidate's while anybody is to see it.

    ``key`` makes it one build of each however often it is asked for: by default, the shop's day.
    """
    key = key or timezone.localdate(at, timezone.get_default_timezone()).isoformat()
    lines = [line for line in Line if line in settings.RECOMMENDATIONS]
    return [
        jobs.enqueue(BUILD, f"{line}:{key}", {"line": line.value}, at=at, actor_id=actor_id)
        for line in lines
        if line is Line.CONTROL or is_running()
    ]
