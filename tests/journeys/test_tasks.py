"""What beat runs, and the limits that hold across processes."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts import sessions
from accounts.models import Session
from accounts.tasks import prune_sessions
from catalog.models import Product
from catalog.tests.factories import on_sale
from core import tasks
from core.api.throttles import RateLimit, storage
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
