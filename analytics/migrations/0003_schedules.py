"""When reports come by themselves, until staff say otherwise: in the small hours, once their days are over."""

import json

from django.conf import settings
from django.db import migrations

TASK = "analytics.tasks.schedule_reports"
SCHEDULES = {
    "daily": {"minute": "10", "hour": "4"},
    "weekly": {"minute": "20", "hour": "4", "day_of_week": "1"},
    "monthly": {"minute": "30", "hour": "4", "day_of_month": "1"},
}


def add(apps, schema_editor):
    """Those that are not there."""
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule")._default_manager
    tasks = apps.get_model("django_celery_beat", "PeriodicTask")._default_manager
    for kind, when in SCHEDULES.items():
        name = f"{kind.capitalize()} sales reports"
        if not tasks.filter(name=name).exists():
            crontab = crontabs.create(timezone=settings.TIME_ZONE, **when)
            tasks.create(name=name, task=TASK, crontab=crontab, kwargs=json.dumps({"kind": kind}))


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0002_reports"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="Schedule",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("django_celery_beat.periodictask",),
        ),
        migrations.RunPython(add, migrations.RunPython.noop),
    ]
