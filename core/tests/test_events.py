"""News reaches each consumer once, through failures and deaths."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core import events
from core.ids import uuid7
from core.models import Delivery, Event

NOW = timezone.now()
HEARD: list[str] = []
DEPTHS: list[int] = []
GATHER, CHOKE = f"{__name__}.gather", f"{__name__}.choke"


def listen(event):
    HEARD.append(event.kind)


def fail(event):
    raise RuntimeError("no use")


def echo(event):
    events.record("echoed", event.subject_id, {}, at=event.at)


@events.unhurried
def toil(event):
    DEPTHS.append(len(connection.savepoint_ids))
    HEARD.append(event.kind)


@events.unhurried
def stumble(event):
    HEARD.append(event.kind)
    raise RuntimeError("no use")


@events.batched
def gather(news):
    HEARD.append("+".join(event.kind for event in news))


@events.batched
def choke(news):
    """On anything in company, and on what is bad by itself."""
    events.record("gulped", uuid7(), {}, at=NOW)
    if len(news) > 1 or news[0].kind == "bad":
        raise RuntimeError("too much")
    HEARD.append(news[0].kind)


@pytest.fixture(autouse=True)
def consumers(settings):
    HEARD.clear()
    DEPTHS.clear()
    settings.EVENT_CONSUMERS = {
        "heard": [f"{__name__}.listen"],
        "failed": [f"{__name__}.fail"],
        "called": [f"{__name__}.echo"],
        "lost": ["nowhere.to_be.found"],
        "toiled": [f"{__name__}.toil"],
        "stumbled": [f"{__name__}.stumble"],
        "one": [GATHER],
        "other": [GATHER, f"{__name__}.listen"],
        "good": [CHOKE],
        "bad": [CHOKE],
    }


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
    assert events._claim(delivery.pk, NOW, None) is not None

    assert events.deliver(delivery.pk, at=NOW) is False
    assert events.deliver(delivery.pk, at=NOW + events.FIRST_RETRY) is True
    assert HEARD == ["heard"]


def test_a_delivery_whose_workers_always_die_is_parked_in_the_end(db):
    delivery = recorded("heard")
    Delivery.objects.filter(pk=delivery.pk).update(attempts=events.MAX_ATTEMPTS)

    assert events.deliver(delivery.pk, at=NOW) is False
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.PARKED


def test_an_unhurried_consumer_runs_outside_of_transactions_and_once(db):
    delivery = recorded("toiled")
    depth = len(connection.savepoint_ids)

    assert events.deliver(delivery.pk, at=NOW) is True
    assert events.deliver(delivery.pk, at=NOW + timedelta(days=1)) is False

    assert (["toiled"], [depth]) == (HEARD, DEPTHS)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (Delivery.State.DONE, "")


def test_an_unhurried_consumer_that_dies_before_the_mark_runs_again(db):
    delivery = recorded("stumbled")
    with pytest.raises(RuntimeError):
        events.deliver(delivery.pk, at=NOW)

    with pytest.raises(RuntimeError):
        events.deliver(delivery.pk, at=NOW + events.FIRST_RETRY)

    assert HEARD == ["stumbled"] * 2
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (Delivery.State.PENDING, 2)


def test_a_consumer_that_cannot_be_imported_is_noted_like_any_failure(db):
    delivery = recorded("lost")

    with pytest.raises(ModuleNotFoundError):
        events.deliver(delivery.pk, at=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (Delivery.State.PENDING, 1)
    assert delivery.error == """ModuleNotFoundError("No module named 'nowhere'")"""


def test_a_queued_delivery_is_not_queued_again_while_it_waits_for_a_worker(db):
    delivery = recorded("heard")

    assert events.queue(at=NOW) == [(delivery.pk, 0)]
    assert events.queue(at=NOW + events.LEASE - timedelta(seconds=1)) == []
    assert events.queue(at=NOW + events.LEASE) == [(delivery.pk, 0)]

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (Delivery.State.PENDING, 0)


def test_a_queued_delivery_runs_once_however_often_it_was_queued(db):
    delivery = recorded("heard")
    for at in (NOW, NOW + events.LEASE):
        [(_, attempt)] = events.queue(at=at)

    late = NOW + events.LEASE + timedelta(seconds=1)
    answers = [events.deliver(delivery.pk, at=late, attempt=attempt) for _ in range(2)]

    assert answers == [True, False]
    assert HEARD == ["heard"]


def test_an_old_message_does_not_hasten_the_next_attempt(db):
    delivery = recorded("failed")
    events.queue(at=NOW)
    with pytest.raises(RuntimeError):
        events.deliver(delivery.pk, at=NOW, attempt=0)

    assert events.deliver(delivery.pk, at=NOW, attempt=0) is False

    assert events.queue(at=NOW) == []
    assert events.queue(at=NOW + events.FIRST_RETRY) == [(delivery.pk, 1)]


def record_all(*kinds):
    return events.record_many([Event(kind=kind, subject_id=uuid7(), at=NOW) for kind in kinds])


def test_a_batched_consumer_takes_what_is_new_together_and_once(db):
    record_all("one", "other", "one")

    [(listening, _)] = events.queue(at=NOW)
    assert events.batches_due(at=NOW) == [GATHER]
    assert [events.deliver_batch(GATHER, at=NOW, limit=2) for _ in range(3)] == [2, 1, 0]
    assert HEARD == ["one+other", "one"]
    assert events.batches_due(at=NOW) == []
    assert Delivery.objects.get(state=Delivery.State.PENDING).pk == listening


def test_what_fails_in_company_is_tried_again_alone(db):
    record_all("good", "bad", "good")

    with pytest.raises(RuntimeError):
        events.deliver_batch(CHOKE, at=NOW)

    assert (HEARD, Event.objects.filter(kind="gulped").count()) == ([], 0)
    assert set(Delivery.objects.values_list("attempts", "error")) == {
        (1, "RuntimeError('too much')")
    }
    assert (events.batches_due(at=NOW + events.LEASE), events.queue(at=NOW)) == ([], [])
    for delivery_id, attempt in events.queue(at=NOW + events.LEASE):
        with suppress(RuntimeError):
            events.deliver(delivery_id, at=NOW + events.LEASE, attempt=attempt)
    assert HEARD == ["good", "good"]
    assert Delivery.objects.get(state=Delivery.State.PENDING).attempts == 2


def test_a_worker_that_died_with_a_batch_leaves_deliveries_that_are_tried_again(db):
    record_all("one", "one")
    claimed = events._claim_new(GATHER, NOW, 500)

    assert events.deliver_batch(GATHER, at=NOW) == 0
    later = NOW + events.LEASE
    assert [events.deliver(pk, at=later, attempt=1) for pk in claimed] == [True, True]
    assert HEARD == ["one", "one"]


def in_parallel(*calls):
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(future.result() for future in [pool.submit(run, call) for call in calls])


@pytest.mark.postgresql
@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_of_parallel_workers_one_delivers():
    delivery = recorded("called")
    events.queue(at=NOW)

    answers = in_parallel(*[lambda: events.deliver(delivery.pk, at=NOW, attempt=0)] * 8)

    assert answers == [False] * 7 + [True]
    assert Event.objects.filter(kind="echoed").count() == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (Delivery.State.DONE, 1)


@pytest.mark.postgresql
@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_an_attempt_that_overtakes_a_slow_one_has_no_second_effect():
    delivery = recorded("called")
    slow = events._claim(delivery.pk, NOW, None)
    fast = events._claim(delivery.pk, NOW + events.FIRST_RETRY, None)

    answers = in_parallel(lambda: events._run(slow), lambda: events._run(fast))

    assert answers == [False, True]
    assert Event.objects.filter(kind="echoed").count() == 1
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.DONE


@pytest.mark.postgresql
@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_a_consumer_at_work_keeps_nobody_from_queueing_the_rest():
    working, waiting = recorded("called"), recorded("heard")
    started, queued = Barrier(2, timeout=30), Barrier(2, timeout=30)

    def work():
        with transaction.atomic():
            Delivery.objects.filter(pk=working.pk).update(state=Delivery.State.DONE)
            started.wait()
            queued.wait()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(in_parallel, work)
        started.wait()
        assert events.queue(at=NOW) == [(waiting.pk, 0)]
        queued.wait()
        done.result()


@pytest.mark.postgresql
@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_parallel_workers_share_what_is_new_to_a_batched_consumer():
    record_all(*["one"] * 20)

    answers = in_parallel(*[lambda: events.deliver_batch(GATHER, at=NOW, limit=5)] * 8)

    assert sum(answers) == 20
    assert sorted("+".join(HEARD).split("+")) == ["one"] * 20
    assert set(Delivery.objects.values_list("state", "attempts")) == {("done", 1)}
