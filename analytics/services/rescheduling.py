"""Changing when reports come by themselves."""

from dataclasses import dataclass
from datetime import time
from typing import Any, Self

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import CrontabSchedule

from analytics.models import Schedule

ANY = "*"
SUNDAY = 7


@dataclass(frozen=True, slots=True)
class When:
    """Every day, or one day of every week (Monday is 1) or month (1 to 28), at a time of the shop's clock."""

    time: time
    weekday: int | None = None
    day: int | None = None

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        crontab = schedule.crontab
        return cls(
            time(int(crontab.hour), int(crontab.minute)),
            _weekday(crontab.day_of_week),
            _number(crontab.day_of_month),
        )

    @property
    def columns(self) -> dict[str, Any]:
        """As celery reads cron: its Sunday is 0, and a 7 never comes."""
        return {
            "minute": str(self.time.minute),
            "hour": str(self.time.hour),
            "day_of_week": ANY if self.weekday is None else str(self.weekday % SUNDAY),
            "day_of_month": ANY if self.day is None else str(self.day),
            "month_of_year": ANY,
            "timezone": settings.TIME_ZONE,
        }


@transaction.atomic
def reschedule(schedule: Schedule, *, when: When, is_enabled: bool) -> None:
    """Have reports of this kind asked for ``when``, or not at all. Beat notices within seconds."""
    crontab = CrontabSchedule.objects.filter(**when.columns).order_by("pk").first()
    schedule.crontab = crontab or CrontabSchedule.objects.create(**when.columns)
    schedule.enabled = is_enabled
    schedule.save()


def _weekday(text: str) -> int | None:
    number = _number(text)
    return SUNDAY if number == 0 else number


def _number(text: str) -> int | None:
    return None if text == ANY else int(text)
