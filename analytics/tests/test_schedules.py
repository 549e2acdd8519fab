"""When reports come by themselves: rows that staff change in the back office, and nothing else there."""

from datetime import UTC, date, datetime, time
from importlib import import_module

import pytest
from celery import current_app
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from accounts.tests.factories import UserFactory
from analytics.models import Report, Schedule
from analytics.queries import Days
from analytics.services import When, reschedule
from analytics.tasks import schedule_reports
from analytics.tests.factories import built
from core.models import AuditEntry, Job

add = import_module("analytics.migrations.0003_schedules").add
correct = import_module("analytics.migrations.0009_sundays").correct


@pytest.fixture
def schedules(db):
    """As the migration makes them; tests that empty tables take them away."""
    add(apps, None)
    return {schedule.kind: schedule for schedule in Schedule.objects.all()}


@pytest.fixture
def analyst(db, client):
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name="analyst"))
    client.force_login(user)
    return user


def test_there_is_a_schedule_for_each_kind_in_the_shops_zone(schedules):
    add(apps, None)

    assert {kind: str(each.crontab) for kind, each in schedules.items()} == {
        "daily": "10 4 * * * (m/h/dM/MY/d) Europe/London",
        "weekly": "20 4 * * 1 (m/h/dM/MY/d) Europe/London",
        "monthly": "30 4 1 * * (m/h/dM/MY/d) Europe/London",
    }
    assert Schedule.objects.count() == 3


def test_a_schedules_task_asks_for_its_kind(schedules, clocks):
    clocks.stop_at(datetime(2026, 3, 2, 4, 20, tzinfo=UTC))
    for kind in schedules:
        current_app.tasks[schedules[kind].task](kind)

    assert sorted(Job.objects.values_list("key", flat=True)) == [
        "daily:2026-03-01:marketplace",
        "monthly:2026-02-01:marketplace",
        "weekly:2026-02-23:marketplace",
    ]
    assert schedule_reports("daily") == 1
    assert Job.objects.count() == 3


def change(client, schedule, **fields):
    return client.post(reverse("admin:analytics_schedule_change", args=[schedule.pk]), fields)


def test_an_analyst_changes_when_and_whether_and_nothing_else(client, analyst, schedules):
    weekly = schedules["weekly"]
    noticed = PeriodicTasks.last_change()

    answer = change(
        client, weekly, time="05:45", weekday="7", day="3", task="core.tasks.run_jobs", kwargs="{}"
    )

    assert answer.status_code == 302
    weekly.refresh_from_db()
    assert (weekly.enabled, str(weekly.crontab)) == (
        False,
        "45 5 * * 0 (m/h/dM/MY/d) Europe/London",
    )
    assert (weekly.task, weekly.kind) == ("analytics.tasks.schedule_reports", "weekly")
    assert PeriodicTasks.last_change() != noticed
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.action) == (analyst.pk, "change")
    assert entry.changes == {
        "enabled": ["True", "False"],
        "time": ["04:20:00", "05:45:00"],
        "weekday": ["1", "7"],
    }


@pytest.mark.parametrize("weekday", range(1, 8))
def test_every_weekday_comes(schedules, weekday):
    chosen = When(time(5, 45), weekday=weekday)

    reschedule(schedules["weekly"], when=chosen, is_enabled=True)

    weekly = Schedule.objects.get(pk=schedules["weekly"].pk)
    sunday_is_0 = date(2026, 3, 1 + weekday).isoweekday() % 7
    assert weekly.crontab.schedule.day_of_week == {sunday_is_0}
    assert When.of(weekly) == chosen


def test_a_sunday_that_never_came_comes(schedules):
    crontab = schedules["weekly"].crontab
    type(crontab).objects.filter(pk=crontab.pk).update(day_of_week="7")

    correct(apps, None)

    weekly = Schedule.objects.get(pk=schedules["weekly"].pk)
    assert weekly.crontab.schedule.day_of_week == {0}
    assert When.of(weekly) == When(time(4, 20), weekday=7)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("daily", {"time": "25:00"}),
        ("weekly", {"time": "05:00", "weekday": "8"}),
        ("monthly", {"time": "05:00", "day": "29"}),
        ("monthly", {"time": "05:00"}),
    ],
    ids=["time", "weekday", "day", "missing"],
)
def test_a_time_that_does_not_come_is_refused(client, analyst, schedules, kind, fields):
    before = When.of(schedules[kind])

    assert change(client, schedules[kind], enabled="on", **fields).status_code == 200

    assert When.of(Schedule.objects.get(pk=schedules[kind].pk)) == before
    assert not AuditEntry.objects.exists()


def test_nothing_else_of_beats_is_in_the_back_office(client, analyst, schedules):
    assert {
        model._meta.label for model in admin.site._registry if "beat" in model.__module__
    } == set()
    assert client.get(reverse("admin:analytics_schedule_changelist")).status_code == 200
    assert client.get(reverse("admin:analytics_schedule_add")).status_code == 403
    other = PeriodicTask.objects.create(
        name="fixed", task="core.tasks.run_jobs", crontab=schedules["daily"].crontab
    )
    assert change(client, other, time="05:00").status_code == 302
    other.refresh_from_db()
    assert other.crontab == schedules["daily"].crontab


def test_an_analyst_looks_at_reports_and_has_them_built_again(client, analyst, alice):
    report = built(Days(date(2026, 3, 2), date(2026, 3, 2)))
    for name in ("report", "subscription", "schedule"):
        assert client.get(reverse(f"admin:analytics_{name}_changelist")).status_code == 200
    assert client.get(reverse("admin:analytics_report_change", args=[report.pk])).status_code == 200
    assert client.get(reverse("admin:core_job_changelist")).status_code == 200

    client.post(
        reverse("admin:analytics_report_changelist"),
        {"action": "build_again", "_selected_action": [str(report.pk)]},
    )

    job = Job.objects.exclude(pk=report.job_id).get()
    assert (job.arguments, job.actor_id) == (report.job.arguments, analyst.pk)
    assert Report.objects.get() == report
