"""Rate limits that hold across processes (with Redis) and say what is left.

Moving window, from ``limits``: DRF's own throttles let bursts through under concurrency.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from core import clock
from core.errors import TooMany

log = logging.getLogger(__name__)

REDIS_TIMEOUT = 1
"""Seconds to wait for Redis before counting without it."""


class LimitReached(TooMany):
    """A limit is used up; ``headers`` are its ``RateLimit-*``, for the answer."""

    def __init__(self, *, retry_after: int, headers: Mapping[str, str]) -> None:
        super().__init__(retry_after=retry_after)
        self.headers = headers


@cache
def memory() -> MemoryStorage:
    """Where this process counts alone."""
    return MemoryStorage()


@cache
def storage() -> Storage:
    """Where hits are counted: Redis, or this process's memory."""
    if not settings.REDIS_URL:
        return memory()
    return RedisStorage(
        settings.REDIS_URL,
        key_prefix=f"{settings.REDIS_PREFIX}:limits",
        socket_connect_timeout=REDIS_TIMEOUT,
        socket_timeout=REDIS_TIMEOUT,
    )


class RateLimit:
    """One named limit of ``settings.RATE_LIMITS``, counted per ``who``.

    While Redis does not answer, each process counts in its own memory, with a warning in the log:
    limits that are looser for a while harm less than a shop that nobody can sign in to.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def item(self) -> RateLimitItem:
        return parse(settings.RATE_LIMITS[self.name])

    def hit(self, who: str) -> dict[str, str]:
        """Count one request and return the ``RateLimit-*`` headers.

        :raises LimitReached: the window is full; ``retry_after`` says when it is not.
        """
        try:
            return self._hit(storage(), who)
        except RedisError as error:
            log.warning("Redis does not answer; limits count in this process only: %s", error)
            return self._hit(memory(), who)

    @contextmanager
    def failures(self, account: str) -> Iterator[None]:
        """Count the block against ``account`` unless it succeeds, which forgets earlier failures.

        It is counted before it runs, so that parallel guesses cannot outrun the limit. Accounts
        are counted apart from addresses, whatever they are called.

        :raises LimitReached: too many failures; the block does not run, though it might succeed.
        """
        who = f"account:{account}"
        self.hit(who)
        yield
        self._forget(who)

    def _hit(self, counted: Storage, who: str) -> dict[str, str]:
        limiter, item = MovingWindowRateLimiter(counted), self.item
        allowed = limiter.hit(item, self.name, who)
        window = limiter.get_window_stats(item, self.name, who)
        wait = max(1, int(window.reset_time - clock.now().timestamp()) + 1)
        headers = {
            "RateLimit-Limit": str(item.amount),
            "RateLimit-Remaining": str(window.remaining),
            "RateLimit-Reset": str(wait),
        }
        if not allowed:
            raise LimitReached(retry_after=wait, headers=headers)
        return headers

    def _forget(self, who: str) -> None:
        key = self.item.key_for(self.name, who)
        memory().clear(key)
        try:
            storage().clear(key)
        except RedisError as error:
            log.warning("Redis does not answer; failures of an account are kept: %s", error)


def address(request: HttpRequest) -> str:
    """The caller's network address, as the outermost of ``settings.TRUSTED_PROXIES`` saw it.

    Each proxy appends to X-Forwarded-For whom it was asked by; what stands further left than our
    own proxies wrote is anybody's claim. Without proxies, or where the header is not as they would
    have made it, it is the address at the other end of the connection.
    """
    connected = str(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    if not 0 < proxies <= len(hops):
        return connected
    try:
        return str(ip_address(hops[-proxies].strip()))
    except ValueError:
        return connected
