"""Beat's schedule: what settings say, and what staff say."""

from datetime import time
from importlib import import_module

from django.apps import apps
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from analytics.models import Schedule
from analytics.services import When, reschedule
from config.beat import Scheduler
from config.celery import app


def test_beat_keeps_what_staff_say_and_forgets_what_settings_no_longer_have(
    transactional_db, tmp_path, settings
):
    settings.CELERY_BEAT_ALIVE = tmp_path / "beat"
    import_module("analytics.migrations.0003_schedules").add(apps, None)
    reports = {schedule.kind: schedule for schedule in Schedule.objects.all()}
    reschedule(reports["daily"], when=When(time(6, 5)), is_enabled=False)
    crontab = CrontabSchedule.objects.create()
    PeriodicTask.objects.create(name="old", task="nothing.any.more", crontab=crontab)

    beat = Scheduler(app=app, lazy=False)
    beat.sync()

    assert settings.CELERY_BEAT_ALIVE.exists()
    names = set(PeriodicTask.objects.values_list("name", flat=True))
    assert names == set(settings.CELERY_BEAT_SCHEDULE) | {each.name for each in reports.values()}
    daily = Schedule.objects.get(pk=reports["daily"].pk)
    assert (daily.enabled, When.of(daily)) == (False, When(time(6, 5)))
