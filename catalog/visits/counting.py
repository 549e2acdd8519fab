"""Views of products, counted without a write for each.

With Redis they add up in one hash that beat's task moves to the database, batch by batch; without,
in this process's memory, which writes them down itself now and then. A batch is set aside under an
id before it is read, and the id is written in the transaction that counts it: a flush that dies on
the way is finished by the next, and nothing is counted twice. What a process had in memory when it
was killed, or Redis when it lost its own, is lost.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django_redis import get_redis_connection
from redis.exceptions import RedisError, ResponseError

from catalog.models import Product, ViewBatch
from core.ids import uuid7

log = logging.getLogger(__name__)

REMEMBERED = timedelta(days=7)
"""How long a batch's id is kept; the batch itself is gone from Redis after its first good flush."""


class _Memory:
    """The views of this process that are not written yet."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.views: Counter[UUID] = Counter()
        self.since: datetime | None = None

    def add(self, product_id: UUID, at: datetime) -> bool:
        """Whether it is time to write."""
        with self.lock:
            self.since = self.since or at
            self.views[product_id] += 1
            return at - self.since >= settings.VIEWS_WRITTEN_EVERY

    def take(self) -> Counter[UUID]:
        """All of them, which are this caller's now."""
        with self.lock:
            taken, self.views, self.since = self.views, Counter(), None
        return taken


memory = _Memory()


def count_view(product_id: UUID, *, at: datetime) -> None:
    """Somebody looked at a product. Never fails: a count is not worth a page."""
    if not settings.REDIS_URL:
        if memory.add(product_id, at):
            write(uuid7(), memory.take(), at=at)
        return
    try:
        _redis().hincrby(_key(), product_id.hex, 1)
    except RedisError:
        log.warning("A view was not counted: Redis does not answer.")


def flush_views(*, at: datetime) -> int:
    """Write down what has added up, and what an earlier flush left; how many views that were."""
    ViewBatch.objects.filter(counted_at__lt=at - REMEMBERED).delete()
    if not settings.REDIS_URL:
        return write(uuid7(), memory.take(), at=at)
    _set_aside()
    keys = list(_redis().scan_iter(match=f"{_key()}:*"))
    return sum(_flush(key.decode(), at) for key in keys)


@transaction.atomic
def write(batch_id: UUID, views: Mapping[UUID, int], *, at: datetime) -> int:
    """Count a batch of views, unless it was counted. ``version`` stays; products in pk order."""
    if not views:
        return 0
    _, is_new = ViewBatch.objects.get_or_create(pk=batch_id, defaults={"counted_at": at})
    if not is_new:
        return 0
    there = Product.objects.filter(pk__in=views).locked().values_list("pk", flat=True)
    by_number: dict[int, list[UUID]] = {}
    for product_id in there:
        by_number.setdefault(views[product_id], []).append(product_id)
    for number, ids in by_number.items():
        Product.objects.filter(pk__in=ids).update(view_count=F("view_count") + number)
    return sum(views.values())


def _set_aside() -> None:
    try:
        _redis().renamenx(_key(), f"{_key()}:{uuid7().hex}")
    except ResponseError:
        log.debug("No views since the last flush.")


def _flush(key: str, at: datetime) -> int:
    views = {UUID(name.decode()): int(number) for name, number in _redis().hgetall(key).items()}
    counted = write(UUID(key.rpartition(":")[2]), views, at=at)
    _redis().delete(key)
    return counted


def _redis() -> Any:
    return get_redis_connection("default")


def _key() -> str:
    return f"{settings.REDIS_PREFIX}:views"
