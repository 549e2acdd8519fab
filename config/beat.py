"""Beat's schedule: rows, of which those in settings follow them, and those of reports are the staff's."""

from django.conf import settings
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

STAFFS = "analytics.tasks.schedule_reports"


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # untyped
    def setup_schedule(self) -> None:
        """Forget what stood in the settings of an older version."""
        fixed = PeriodicTask.objects.exclude(task=STAFFS)
        fixed.exclude(name__in=settings.CELERY_BEAT_SCHEDULE).delete()
        super().setup_schedule()

    def sync(self) -> None:
        """Every three minutes. The file tells whoever asks after beat's health."""
        super().sync()
        settings.CELERY_BEAT_ALIVE.touch()
