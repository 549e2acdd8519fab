"""What costs much to build, kept in the cache: built by one at a time, or not kept at all.

While the cache does not answer (Redis down, or full), everybody builds for themselves: slower,
never an error.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from django.core.cache import cache
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError, ResponseError

log = logging.getLogger(__name__)

T = TypeVar("T")

BUILT_WITHIN = 10
"""Seconds after which a builder is taken for dead, and somebody else may build."""

PATIENCE = 5
"""Seconds to wait for another's work before doing it oneself."""

GLANCE = 0.005
"""Seconds between two looks at another's work."""

OUT_FOR = 5
"""Seconds for which a cache that did not answer is left alone."""


class Outcome(StrEnum):
    HIT = "hit"
    AWAITED = "awaited"
    BUILT = "built"


class Lenient:
    """The cache, or one that is empty and forgets everything, while it does not answer."""

    def __init__(self) -> None:
        self.out_until = 0.0

    def get(self, *keys: str) -> dict[str, Any]:
        """Those of ``keys`` that are there."""
        return self._ask(lambda: cache.get_many(keys), {})

    def set(self, key: str, value: object, seconds: float) -> bool:
        """Whether it is there now."""

        def put() -> bool:
            cache.set(key, value, seconds)
            return True

        return self._ask(put, False)  # noqa: FBT003  # what is said instead

    def add(self, key: str, value: object, seconds: float) -> bool:
        """Whether it was not there: True for everybody while none can tell."""
        return self._ask(lambda: bool(cache.add(key, value, seconds)), True)  # noqa: FBT003  # what is said instead

    def delete(self, key: str) -> None:
        self._ask(lambda: cache.delete(key), None)

    def _ask(self, ask: Callable[[], T], otherwise: T) -> T:
        if time.monotonic() < self.out_until:
            return otherwise
        try:
            return ask()
        except (
            ResponseError
        ) as error:  # it is full, say: what is there can be had, and be taken away
            log.warning("The cache refuses: %s", error)
            return otherwise
        except (ConnectionInterrupted, RedisError) as error:
            log.warning("The cache does not answer: %s", error)
            self.out_until = time.monotonic() + OUT_FOR
            return otherwise


store = Lenient()


def fetch(
    key: str, lasting: timedelta, build: Callable[[], T], is_kept: Callable[[T], bool]
) -> tuple[T, Outcome]:
    """What is kept under ``key``, or else what ``build`` makes, kept for ``lasting`` if ``is_kept``.

    Of callers at once, in all processes, one builds and the others wait for it; those that wait in
    vain (the builder failed, or takes long) build for themselves. Never keep None.
    """
    if found := store.get(key):
        return found[key], Outcome.HIT
    if not store.add(_door(key), 1, BUILT_WITHIN) and (found := _awaited(key)):
        return found[key], Outcome.AWAITED
    kept = False
    try:
        built = build()
        kept = is_kept(built) and store.set(key, built, lasting.total_seconds())
    finally:
        if not kept:  # else they find it, and the door goes by itself
            store.delete(_door(key))
    return built, Outcome.BUILT


def _awaited(key: str) -> dict[str, Any]:
    """Empty if nothing comes of it."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        there = store.get(key, _door(key))
        if key in there or _door(key) not in there:
            return {key: there[key]} if key in there else {}
        time.sleep(GLANCE)
    return {}


def _door(key: str) -> str:
    return f"{key}:door"
