"""When reports come by themselves: rows of celery beat's that ask for them."""

import json
from typing import ClassVar

from django.db import models
from django.db.models import QuerySet
from django_celery_beat.models import PeriodicTask

TASK = "analytics.tasks.schedule_reports"


class ScheduleManager(models.Manager["Schedule"]):
    def get_queryset(self) -> QuerySet["Schedule"]:
        return super().get_queryset().filter(task=TASK).select_related("crontab")


class Schedule(PeriodicTask):  # type: ignore[misc]  # untyped
    """When one kind of report is asked for, in the shop's time zone. The kinds come with a migration."""

    objects: ClassVar = ScheduleManager()  # fewer rows than beat's

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return str(self.name)

    @property
    def kind(self) -> str:
        """Of ``Report.Kind``."""
        kind: str = json.loads(self.kwargs)["kind"]
        return kind
