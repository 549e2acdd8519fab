"""Counts that many requests add to, without a write for each.

With Redis they add up in one hash that beat's task moves to the database, batch by batch; without,
in this process's memory, which writes them down itself now and then. A batch is set aside under an
id before it is read, and the id is written in the transaction that counts it: a flush that dies on
the way is finished by the next, and nothing is counted twice. What a process had in memory when it
was killed, or Redis when it lost its own, is lost.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django_redis import get_redis_connection
from redis.exceptions import RedisError, ResponseError

from core.ids import uuid7
from core.models import TallyBatch

log = logging.getLogger(__name__)

REMEMBERED = timedelta(days=7)
"""How long a batch's id is kept; the batch itself is gone from Redis after its first good flush."""


class _Memory:
    """What this process has counted and not written yet."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.counts: Counter[str] = Counter()
        self.since: datetime | None = None

    def add(self, counts: Mapping[str, int], at: datetime) -> bool:
        """Whether it is time to write."""
        with self.lock:
            self.since = self.since or at
            self.counts.update(counts)
            return at - self.since >= settings.TALLIES_WRITTEN_EVERY

    def take(self) -> Counter[str]:
        """All of them, which are this caller's now."""
        with self.lock:
            taken, self.counts, self.since = self.counts, Counter(), None
        return taken


class Tally:
    """Counts of one kind by text keys. ``write`` adds a batch to the database, inside a transaction."""

    def __init__(self, name: str, write: Callable[[Mapping[str, int]], None]) -> None:
        self.name = name
        self.write = write
        self.memory = _Memory()

    def add(self, counts: Mapping[str, int], *, at: datetime) -> None:
        """Never fails: a count is not worth a page."""
        if not settings.REDIS_URL:
            if self.memory.add(counts, at):
                self.count(uuid7(), self.memory.take(), at=at)
            return
        try:
            with self._redis().pipeline(transaction=False) as pipe:
                for key, number in counts.items():
                    pipe.hincrby(self._key, key, number)
                pipe.execute()
        except RedisError:
            log.warning("%s were not counted: Redis does not answer.", self.name.capitalize())

    def flush(self, *, at: datetime) -> int:
        """Write down what has added up, and what an earlier flush left; how many that were."""
        TallyBatch.objects.filter(counted_at__lt=at - REMEMBERED).delete()
        if not settings.REDIS_URL:
            return self.count(uuid7(), self.memory.take(), at=at)
        self._set_aside()
        keys = list(self._redis().scan_iter(match=f"{self._key}:*"))
        return sum(self._flush(key.decode(), at) for key in keys)

    @transaction.atomic
    def count(self, batch_id: UUID, counts: Mapping[str, int], *, at: datetime) -> int:
        """Write a batch, unless it was written before; how many it counts."""
        if not counts:
            return 0
        _, is_new = TallyBatch.objects.get_or_create(pk=batch_id, defaults={"counted_at": at})
        if not is_new:
            return 0
        self.write(counts)
        return sum(counts.values())

    def forget(self) -> None:
        """Lose what is not written yet."""
        self.memory.take()
        if settings.REDIS_URL:
            for key in self._redis().scan_iter(match=f"{self._key}*"):
                self._redis().delete(key)

    def _set_aside(self) -> None:
        try:
            self._redis().renamenx(self._key, f"{self._key}:{uuid7().hex}")
        except ResponseError:
            log.debug("No %s since the last flush.", self.name)

    def _flush(self, key: str, at: datetime) -> int:
        read = self._redis().hgetall(key).items()
        counts = {name.decode(): int(number) for name, number in read}
        counted = self.count(UUID(key.rpartition(":")[2]), counts, at=at)
        self._redis().delete(key)
        return counted

    def _redis(self) -> Any:
        return get_redis_connection("default")

    @property
    def _key(self) -> str:
        return f"{settings.REDIS_PREFIX}:{self.name}"
