"""One builds, the others wait; whatever the cache does, everybody gets an answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Semaphore, get_ident
from typing import Any

import pytest
from django.core.cache import cache
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import OutOfMemoryError

from core import caching
from core.caching import Outcome, fetch

MINUTE = timedelta(minutes=1)
PATIENCE = 20


def kept(built: object) -> bool:
    return True


def test_what_was_built_is_kept() -> None:
    assert fetch("a", MINUTE, lambda: 1, kept) == (1, Outcome.BUILT)
    assert fetch("a", MINUTE, lambda: 2, kept) == (1, Outcome.HIT)
    assert fetch("b", MINUTE, lambda: 2, kept) == (2, Outcome.BUILT)


def test_what_is_not_to_be_kept_is_built_each_time() -> None:
    assert fetch("a", MINUTE, lambda: 1, lambda _: False) == (1, Outcome.BUILT)
    assert fetch("a", MINUTE, lambda: 2, kept) == (2, Outcome.BUILT)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Semaphore:
    """Released whenever one more looks whether another is done."""
    looked, look = Semaphore(0), caching.store.get
    lookers: set[int] = set()

    def seen(*keys: str) -> dict[str, Any]:
        if len(keys) == 2 and get_ident() not in lookers:
            lookers.add(get_ident())
            looked.release()
        return look(*keys)

    monkeypatch.setattr(caching.store, "get", seen)
    return looked


def crowd(number: int, looks: Semaphore, build: Callable[[], int]) -> list[Any]:
    """What ``number`` callers get at once; the builder goes on when all others wait for it."""
    all_wait = Event()

    def slow() -> int:
        assert all_wait.wait(PATIENCE)
        return build()

    with ThreadPoolExecutor(number) as pool:
        callers = [pool.submit(fetch, "a", MINUTE, slow, kept) for _ in range(number)]
        try:
            for _ in range(number - 1):
                assert looks.acquire(timeout=PATIENCE)
        finally:
            all_wait.set()
    return [caller.exception() or caller.result() for caller in callers]


def test_of_a_crowd_one_builds(looks: Semaphore) -> None:
    built: list[int] = []

    def build() -> int:
        built.append(1)
        return len(built)

    answers = crowd(8, looks, build)

    assert sorted(answers) == [(1, Outcome.AWAITED)] * 7 + [(1, Outcome.BUILT)]
    assert built == [1]


def test_whoever_waited_for_a_failure_builds(looks: Semaphore) -> None:
    builders: list[int] = []

    def build() -> int:
        builders.append(1)
        if len(builders) == 1:
            raise ZeroDivisionError
        return 5

    answers = crowd(3, looks, build)

    failed = [answer for answer in answers if isinstance(answer, ZeroDivisionError)]
    assert len(failed) == 1
    assert {value for value, _ in (a for a in answers if a not in failed)} == {5}
    assert fetch("a", MINUTE, lambda: 6, kept) == (5, Outcome.HIT)


def test_a_builder_that_takes_too_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "PATIENCE", 0)
    caching.store.add("a:door", 1, caching.BUILT_WITHIN)

    assert fetch("a", MINUTE, lambda: 1, kept) == (1, Outcome.BUILT)


def out(*_: object, **__: object) -> None:
    raise ConnectionInterrupted(None)


@pytest.fixture
def _afterwards_in_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching.store, "out_until", 0.0)


@pytest.mark.usefixtures("_afterwards_in_again")
@pytest.mark.parametrize("broken", ["set", "add", "get_many"])
def test_while_the_cache_is_out_everybody_builds(
    monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setattr(cache, broken, out)

    assert fetch("a", MINUTE, lambda: 1, kept) == (1, Outcome.BUILT)
    assert fetch("a", MINUTE, lambda: 2, kept) == (2, Outcome.BUILT)


@pytest.mark.usefixtures("_afterwards_in_again")
def test_a_cache_that_is_out_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as down:
        down.setattr(cache, "get_many", out)
        fetch("a", MINUTE, lambda: 1, kept)

    assert fetch("a", MINUTE, lambda: 2, kept) == (2, Outcome.BUILT)

    monkeypatch.setattr(caching.store, "out_until", 0.0)
    assert fetch("a", MINUTE, lambda: 3, kept) == (3, Outcome.BUILT)
    assert fetch("a", MINUTE, lambda: 4, kept) == (3, Outcome.HIT)


def full(*_: object, **__: object) -> None:
    raise OutOfMemoryError("OOM command not allowed when used memory > 'maxmemory'.")


def test_a_cache_that_is_full_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as at_its_limit:
        at_its_limit.setattr(cache, "set", full)
        assert fetch("a", MINUTE, lambda: 1, kept) == (1, Outcome.BUILT)

    assert cache.get("a:door") is None
    assert fetch("a", MINUTE, lambda: 2, kept) == (2, Outcome.BUILT)
    assert fetch("a", MINUTE, lambda: 3, kept) == (2, Outcome.HIT)
