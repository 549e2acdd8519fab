"""A request that asks somebody outside: key and intent first, the answer when there is one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from core import idempotency
from core.errors import Conflict, Unavailable
from core.idempotency import Answer, Intent, KeyInFlight, KeyReused, Request, answer_once
from core.models import IdempotencyRecord

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
REQUEST = Request("tests", "key", "print")
DONE = Answer(201, "text/plain", "done")

pytestmark = pytest.mark.django_db


def ask(finish, *, attempt=lambda: Intent("it"), request=REQUEST, refusal=None, at=AT):
    return answer_once(request, attempt, finish=finish, refusal=refusal, at=at)


def never(*_):
    raise AssertionError("this must not run")


def dead(_):
    raise KeyboardInterrupt


def test_the_intent_is_finished_and_the_answer_remembered():
    first = ask(lambda subject: Answer(201, "text/plain", subject))
    second = ask(never, attempt=never)

    assert (first.body, first.is_replayed) == ("it", False)
    assert (second.body, second.status, second.is_replayed) == ("it", 201, True)


def test_who_can_answer_at_once_leaves_no_intent():
    ask(never, attempt=lambda: DONE)

    record = IdempotencyRecord.objects.get()
    assert (record.status, record.intent, record.leased_until) == (201, "", None)


def test_what_failed_is_finished_by_the_next_request_without_a_second_attempt():
    def fails(_):
        raise Unavailable

    with pytest.raises(Unavailable):
        ask(fails)

    assert ask(lambda _: DONE, attempt=never) == DONE


def test_a_refusal_at_the_end_is_an_answer():
    def refuses(_):
        raise Conflict

    refused = Answer(409, "text/plain", "no")

    first = ask(refuses, refusal=lambda _: refused)

    assert first == refused
    assert ask(never, attempt=never).body == "no"


def test_a_request_in_between_waits_and_goes_on_where_the_first_one_died():
    def asked_again(_):
        with pytest.raises(KeyInFlight) as refusal:
            ask(never, attempt=never, at=AT + timedelta(seconds=20))
        assert refusal.value.facts == {"retry_after": 40}
        late = AT + settings.IDEMPOTENCY_LEASE
        assert ask(lambda _: DONE, attempt=never, at=late) == DONE
        return Answer(500, "text/plain", "too late")

    settled = ask(asked_again)

    assert (settled.body, settled.is_replayed) == ("done", True)


def test_another_request_does_not_take_the_intent_over():
    with pytest.raises(KeyboardInterrupt):
        ask(dead)

    with pytest.raises(KeyReused):
        ask(never, request=Request("tests", "key", "other"), at=AT + timedelta(days=1))

    assert IdempotencyRecord.objects.get().status is None


def test_an_intent_that_nobody_can_finish_is_a_mistake_of_ours():
    with pytest.raises(TypeError):
        idempotency.answer_once(REQUEST, lambda: Intent("it"), at=AT)
