"""News reaches each consumer once, through failures and deaths."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core import events
from core.ids import uuid7
from core.models import Delivery

NOW = timezone.now()
HEARD: list[str] = []


def listen(event):
    HEARD.append(event.kind)


def fail(event):
    raise RuntimeError("no use")


@pytest.fixture(autouse=True)
def consumers(settings):
    HEARD.clear()
    settings.EVENT_CONSUMERS = {"heard": [f"{__name__}.listen"], "failed": [f"{__name__}.fail"]}


def recorded(kind):
    return events.record(kind, uuid7(), {}, at=NOW).deliveries.get()


def test_an_event_nobody_listens_to_has_no_delivery(db):
    event = events.record("unheard", uuid7(), {"a": 1}, at=NOW)

    assert event.deliveries.count() == 0


def test_a_delivery_runs_its_consumer_once(db):
    delivery = recorded("heard")

    assert events.due(at=NOW) == [delivery.pk]
    assert events.deliver(delivery.pk, at=NOW) is True
    assert events.deliver(delivery.pk, at=NOW + timedelta(days=1)) is False
    assert HEARD == ["heard"]
    assert events.due(at=NOW + timedelta(days=1)) == []


def test_a_failure_is_noted_raised_and_tried_again_later(db):
    delivery = recorded("failed")

    with pytest.raises(RuntimeError):
        events.deliver(delivery.pk, at=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (Delivery.State.PENDING, 1)
    assert delivery.error == "RuntimeError('no use')"
    assert events.due(at=NOW) == []
    assert events.due(at=NOW + events.FIRST_RETRY) == [delivery.pk]


def test_after_ten_failures_a_delivery_is_parked_and_can_be_replayed(db):
    delivery = recorded("failed")
    at = NOW
    for attempt in range(events.MAX_ATTEMPTS):
        with pytest.raises(RuntimeError):
            events.deliver(delivery.pk, at=at)
        at += events.FIRST_RETRY * 2**attempt

    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.PARKED
    assert events.deliver(delivery.pk, at=at + timedelta(days=9)) is False

    events.replay(delivery.pk, at=at)
    assert events.due(at=at) == [delivery.pk]


def test_a_worker_that_died_in_the_middle_leaves_a_delivery_that_is_tried_again(db):
    delivery = recorded("heard")
    assert events._claim(delivery.pk, NOW) is not None

    assert events.deliver(delivery.pk, at=NOW) is False
    assert events.deliver(delivery.pk, at=NOW + events.FIRST_RETRY) is True
    assert HEARD == ["heard"]


def test_a_delivery_whose_workers_always_die_is_parked_in_the_end(db):
    delivery = recorded("heard")
    Delivery.objects.filter(pk=delivery.pk).update(attempts=events.MAX_ATTEMPTS)

    assert events.deliver(delivery.pk, at=NOW) is False
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.PARKED
