"""Jobs on real brokers: a worker is killed in the middle of one, and two beats run at once."""

import os
import socket
from datetime import date, timedelta
from importlib import import_module
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from analytics.models import Build, Line, Live, Purpose, Report, Schedule, Suggestion
from analytics.queries import Days, for_you
from analytics.services import subscribe
from analytics.tests.factories import asked, enter, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from core import jobs
from core.ids import uuid7
from core.models import Job
from tests.journeys.workers import is_waited_for, processes, until

RABBITMQ = os.environ.get("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
DAYS = Days(date(2026, 3, 2), date(2026, 3, 2))

pytestmark = [pytest.mark.postgresql, pytest.mark.redis, pytest.mark.xdist_group("workers")]


def answers(address):
    where = urlsplit(address)
    try:
        socket.create_connection((where.hostname, where.port or 5672), 1).close()
    except OSError:
        return False
    return True


@pytest.fixture(params=["redis", "rabbitmq"])
def started(request, transactional_db, tmp_path):
    """What starts workers and beats on this broker."""
    if request.param == "rabbitmq" and not answers(RABBITMQ):
        pytest.skip("needs RabbitMQ: set RABBITMQ_URL")
    broker = settings.REDIS_URL if request.param == "redis" else RABBITMQ
    with processes(broker, f"{settings.REDIS_PREFIX}:{uuid7().hex}", tmp_path) as ready:
        yield ready


def is_done():
    return Job.objects.get().state == Job.State.DONE


def are_done():
    return not Job.objects.exclude(state=Job.State.DONE).exists()


def test_a_report_whose_worker_is_killed_is_built_and_mailed_once(started, dana):
    subscribe(user=dana, kind=Report.Kind.DAILY, seller_id=None, at=timezone.now())
    job = asked(DAYS)
    first = started.worker("first")

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE analytics_hourfact")
        started.send("core.tasks.run_job", str(job.pk), 0)
        until(lambda: is_waited_for("analytics_hourfact"))
        started.kill(first)
    job.refresh_from_db()
    assert (job.state, job.attempts, Report.objects.count()) == (Job.State.RUNNING, 1, 0)

    assert jobs.queue(at=timezone.now()) == []  # it may still be alive
    Job.objects.update(claimed_until=timezone.now())  # as half a minute later
    started.worker("second")
    started.send("core.tasks.run_jobs")
    until(is_done)
    for task in (("run_job", str(job.pk), 1), ("deliver_events",), ("deliver_events",)):
        started.send(f"core.tasks.{task[0]}", *task[1:])
    until(lambda: started.ended("second", "core.tasks.run_job") >= 2)
    until(lambda: started.ended("second", "core.tasks.deliver") == 1)

    job.refresh_from_db()
    report = Report.objects.get()
    assert (job.attempts, job.result, report.version) == (2, {"report": str(report.pk)}, 1)
    [mail] = started.mails()
    assert f"To: {dana.email}" in mail
    assert "report.pdf" in mail


def test_recommendations_whose_worker_is_killed_are_shown_once_and_whole(started, bob, charlie):
    cup, pot = on_sale(title="Cup"), on_sale(title="Pot")
    now = timezone.now()
    for buyer, goods in ((bob, [cup, pot]), (charlie, [cup])):
        lines = [PricedLine(each, 1, 100) for each in goods]
        enter(sale(buyer.email, now - timedelta(days=1), *lines, buyer=buyer))
    Job.objects.all().delete()
    wanted = {"line": Line.CONTROL.value}
    job = Job.objects.create(
        kind="recommendations", key="now", arguments=wanted, queued_at=now, next_at=now
    )
    first = started.worker("first")

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE analytics_live")
        started.send("core.tasks.run_job", str(job.pk), 0)
        until(lambda: is_waited_for("analytics_live"))
        started.kill(first)
    assert for_you(charlie.pk, Line.CONTROL).recommended == []
    assert Job.objects.filter(state=Job.State.RUNNING).count() == 1

    Job.objects.filter(state=Job.State.RUNNING).update(claimed_until=timezone.now())
    started.worker("second")
    started.send("core.tasks.run_jobs")
    until(lambda: Live.objects.exists() and are_done())

    [recommended] = for_you(charlie.pk, Line.CONTROL).recommended
    assert recommended.reason == "Bought with Cup by 1 shopper"
    assert Build.objects.count() == 1
    assert Suggestion.objects.filter(purpose=Purpose.AGAIN).count() == 3


def test_of_two_beats_one_makes_the_job(started):
    import_module("analytics.migrations.0003_schedules").add(apps, None)
    Schedule.objects.update(last_run_at=timezone.now() - timedelta(days=1, hours=1))
    started.worker("worker")
    beats = ("one", "other")
    for name in beats:
        started.beat(name)
    until(lambda: all("Sending due task" in started.said(name) for name in beats))
    until(lambda: any("task Daily sales reports" in started.said(name) for name in beats))
    started.send("analytics.tasks.schedule_reports", "daily")  # should one have seen the other's
    until(lambda: started.ended("worker", "analytics.tasks.schedule_reports") >= 2)
    until(lambda: Job.objects.exists() and is_done())

    assert Job.objects.get().arguments["kind"] == "daily"
    assert Report.objects.get().version == 1
