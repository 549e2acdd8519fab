"""Views: counted without a write each, never twice, and remembered for the visitor alone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from redis.exceptions import ConnectionError as NoRedis

from catalog import tasks
from catalog.models import Product
from catalog.tests.factories import on_sale
from catalog.visits.counting import VIEWS, count_view
from catalog.visits.views import COOKIE, REMEMBERED
from core.ids import uuid7
from core.models import TallyBatch

NOW = timezone.now()


@pytest.fixture
def cup(db):
    return on_sale(title="Cup").product


@pytest.fixture(autouse=True)
def _nothing_counted():
    VIEWS.forget()


def views(product):
    product.refresh_from_db()
    return product.view_count, product.version


def test_views_add_up_and_are_written_together(client, cup):
    version = cup.version
    for _ in range(3):
        client.get(f"/p/{cup.slug}")
    assert views(cup) == (0, version)

    assert [tasks.flush_views(), tasks.flush_views()] == [3, 0]

    assert views(cup) == (3, version)


def test_a_batch_is_counted_once_however_often_it_is_flushed(cup):
    batch = uuid7()

    assert VIEWS.count(batch, {cup.pk.hex: 2, uuid7().hex: 1}, at=NOW) == 3
    assert VIEWS.count(batch, {cup.pk.hex: 2}, at=NOW) == 0

    assert views(cup)[0] == 2


def test_ids_of_old_batches_are_forgotten(cup):
    VIEWS.count(uuid7(), {cup.pk.hex: 1}, at=NOW - timedelta(days=8))

    VIEWS.flush(at=NOW)

    assert not TallyBatch.objects.exists()


def test_a_process_without_redis_writes_now_and_then(cup, settings):
    settings.REDIS_URL = ""
    settings.TALLIES_WRITTEN_EVERY = timedelta(seconds=30)

    count_view(cup.pk, at=NOW)
    count_view(cup.pk, at=NOW + timedelta(seconds=29))
    assert views(cup)[0] == 0
    count_view(cup.pk, at=NOW + timedelta(seconds=30))

    assert views(cup)[0] == 3


@pytest.mark.redis
def test_what_a_dying_flush_left_is_finished_by_the_next_one(cup, monkeypatch):
    redis = VIEWS._redis()
    count_view(cup.pk, at=NOW)
    with monkeypatch.context() as dying:  # counted, but still there
        dying.setattr(type(redis), "delete", lambda *_: None)
        VIEWS.flush(at=NOW)
    count_view(cup.pk, at=NOW)
    VIEWS._set_aside()  # set aside, but not counted

    assert VIEWS.flush(at=NOW) == 1

    assert views(cup)[0] == 2
    assert not list(redis.scan_iter(match=f"{VIEWS._key}*"))


@pytest.mark.redis
def test_without_an_answer_from_redis_a_page_is_a_page(client, cup, monkeypatch):
    def down(*_):
        raise NoRedis

    with monkeypatch.context() as broken:
        broken.setattr(VIEWS, "_redis", down)
        answer = client.get(f"/p/{cup.slug}")

    assert answer.status_code == 200


def test_a_visitor_is_shown_what_they_saw_before(client, cup):
    bowl = on_sale(title="Bowl").product
    first = client.get(f"/p/{cup.slug}")
    assert list(first.context["recent"]) == []

    assert client.get(f"/p/{bowl.slug}").context["recent"] == [cup]
    again = client.get(f"/p/{cup.slug}")
    assert again.context["recent"] == [bowl]
    assert b"Recently viewed" in again.content
    Product.objects.filter(pk=bowl.pk).update(status="archived")
    assert client.get(f"/p/{cup.slug}").context["recent"] == []


def test_a_cookie_is_bounded_and_signed(client, cup):
    for _ in range(REMEMBERED + 2):
        client.get(f"/p/{on_sale().product.slug}")
    cookie = client.cookies[COOKIE]
    assert cookie.value.split(":")[0].count(".") == REMEMBERED - 1
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")

    client.cookies[COOKIE] = cookie.value[:-1]
    assert client.get(f"/p/{cup.slug}").context["recent"] == []


def test_a_sellers_own_draft_counts_for_nothing(client, alice):
    draft = on_sale(seller=alice.seller).product
    Product.objects.update(status="draft")
    client.force_login(alice)

    assert COOKIE not in client.get(f"/p/{draft.slug}").cookies
    assert VIEWS.memory.take() == {}
