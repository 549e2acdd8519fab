"""What beat runs, and the limits that hold across processes."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.core import mail
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from accounts import sessions
from accounts.models import Session
from accounts.tasks import prune_sessions
from analytics import services
from analytics.tasks import recommend, schedule_reports
from catalog.models import Product
from catalog.tests.factories import on_sale
from config.celery import app
from core import tasks
from core.api.throttles import RateLimit, storage
from core.background import Task
from core.errors import TooMany
from core.models import Delivery, IdempotencyRecord
from orders.tests.factories import buy, give

NOW = timezone.now()


def test_news_of_an_order_reach_the_catalogue_and_the_buyer_once(bob):
    give(bob, "100.00")
    variant = on_sale()
    buy(bob, variant, quantity=3)

    assert [tasks.deliver_events(), tasks.deliver_events()] == [3, 0]

    assert Product.objects.get().units_sold == 3
    assert [message.to for message in mail.outbox] == [[bob.email]]
    assert {delivery.state for delivery in Delivery.objects.all()} == {Delivery.State.DONE}


def test_answers_are_forgotten_when_their_time_is_over(db):
    for key, days in (("old", -1), ("new", 1)):
        IdempotencyRecord.objects.create(
            scope="user:1",
            key=key,
            fingerprint="x",
            status=201,
            content_type="application/json",
            body="{}",
            created_at=NOW,
            expires_at=NOW + timedelta(days=days),
        )

    assert tasks.prune_idempotency_records() == 1
    assert IdempotencyRecord.objects.get().key == "new"


def test_sessions_are_forgotten_when_they_cannot_be_refreshed(bob):
    sessions.begin(user=bob, device="old", at=NOW - timedelta(days=60))
    sessions.begin(user=bob, device="new", at=NOW)

    assert prune_sessions() == 1
    assert Session.objects.get().device == "new"


@pytest.fixture
def _retried(monkeypatch):
    """As in a worker, but at once."""
    monkeypatch.setitem(app.conf, "task_eager_propagates", False)


@pytest.mark.usefixtures("_retried")
@pytest.mark.parametrize(
    "failure", [OperationalError("locked"), InterfaceError("closed"), BrokerError("gone")], ids=repr
)
def test_what_fails_through_no_fault_of_its_own_is_tried_again(monkeypatch, failure):
    ask = Mock(side_effect=[failure, failure, ["a job"]])
    monkeypatch.setattr(services, "schedule_reports", ask)

    assert schedule_reports.apply(["daily"]).get() == 1

    assert ask.call_count == 3


@pytest.mark.usefixtures("_retried")
def test_what_always_fails_is_given_up_and_told(monkeypatch):
    ask = Mock(side_effect=OperationalError("locked"))
    monkeypatch.setattr(services, "ask_for_recommendations", ask)

    assert isinstance(recommend.apply().result, OperationalError)

    assert ask.call_count == 9


def test_every_task_is_retried_timed_and_outlives_its_worker():
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]

    assert {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
    for task in ours:
        assert task.autoretry_for == Task.autoretry_for, task.name
        assert (task.retry_backoff, task.max_retries) == (2, 8), task.name
        assert task.acks_late, task.name
        assert task.reject_on_worker_lost, task.name
        assert task.time_limit or settings.CELERY_TASK_TIME_LIMIT, task.name


@pytest.mark.redis
def test_a_limit_is_shared_by_all_processes():
    limit = RateLimit("register")
    for _ in range(limit.item.amount):
        limit.hit("somebody")

    storage.cache_clear()  # as another process, which has a connection of its own

    with pytest.raises(TooMany) as refused:
        limit.hit("somebody")
    assert 0 < refused.value.facts["retry_after"] <= 61
    assert limit.hit("somebody else")["RateLimit-Remaining"] == str(limit.item.amount - 1)
