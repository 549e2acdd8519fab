"""Showing a build when it is whole, and forgetting those before it."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from analytics.models import Build, BuildFile, Live, Suggestion
from core import jobs
from core.jobs import Work
from core.locks import advisory_lock
from core.models import Job

PART = "recommendations_batch"
FORGET = "recommendations_forget"


def show_if_whole(build: Build, *, at: datetime) -> None:
    """Let readers see ``build`` if none of its batches is left. In the transaction that ends a batch.

    Two that end at once queue here, so that one of them is the last. An older build never takes the
    place of a newer one.
    """
    advisory_lock(f"build:{build.line}")
    batches = Job.objects.filter(kind=PART, key__startswith=f"{build.pk}:")
    if batches.exclude(state=Job.State.DONE).exists():
        return
    Build.objects.filter(pk=build.pk).update(finished_at=at)
    BuildFile.objects.filter(build=build).delete()
    newer = Live.objects.filter(line=build.line, build__generated_at__gt=build.generated_at)
    if not newer.exists():
        Live.objects.update_or_create(line=build.line, defaults={"build": build})
        jobs.enqueue(FORGET, str(build.pk), {"build": str(build.pk)}, at=at)


def forget_builds(work: Work) -> None:
    """What the job ``recommendations_forget`` does: deletes what builds before this one suggested.

    The builds themselves stay: what came of them is counted by their versions.
    """
    build = Build.objects.get(pk=UUID(work.arguments["build"]))
    older = Build.objects.filter(line=build.line, generated_at__lt=build.generated_at, live=None)
    BuildFile.objects.filter(build__in=older).delete()
    remembered = older.filter(Exists(Suggestion.objects.filter(build=OuterRef("pk"))))
    for each in remembered.order_by("pk"):
        Suggestion.objects.filter(build=each).delete()
