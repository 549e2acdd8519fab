"""Celery's Sunday is 0. A schedule on weekday 7, which the back office used to store, never came."""

from django.db import migrations

TASK = "analytics.tasks.schedule_reports"


def correct(apps, schema_editor):
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule")._default_manager
    tasks = apps.get_model("django_celery_beat", "PeriodicTask")._default_manager
    reports = tasks.filter(task=TASK).values("crontab")
    crontabs.filter(pk__in=reports, day_of_week="7").update(day_of_week="0")


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0008_newcomers"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(correct, migrations.RunPython.noop)]
