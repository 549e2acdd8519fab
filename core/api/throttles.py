"""Rate limits that hold across processes (with Redis) and say what is left.

Moving window, from ``limits``: DRF's own throttles let bursts through under concurrency.
"""

from functools import cache

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from core import clock
from core.errors import TooMany


@cache
def storage() -> Storage:
    """Where hits are counted: Redis, or this process's memory."""
    if settings.REDIS_URL:
        return RedisStorage(settings.REDIS_URL, key_prefix=f"{settings.REDIS_PREFIX}:limits")
    return MemoryStorage()


class RateLimit:
    """One named limit of ``settings.RATE_LIMITS``, counted per ``who``."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def item(self) -> RateLimitItem:
        return parse(settings.RATE_LIMITS[self.name])

    def hit(self, who: str) -> dict[str, str]:
        """Count one request and return the ``RateLimit-*`` headers.

        :raises TooMany: the window is full; ``retry_after`` says when it is not.
        """
        limiter, item = MovingWindowRateLimiter(storage()), self.item
        allowed = limiter.hit(item, self.name, who)
        window = limiter.get_window_stats(item, self.name, who)
        wait = max(1, int(window.reset_time - clock.now().timestamp()) + 1)
        if not allowed:
            raise TooMany(retry_after=wait)
        return {
            "RateLimit-Limit": str(item.amount),
            "RateLimit-Remaining": str(window.remaining),
            "RateLimit-Reset": str(wait),
        }


def address(request: HttpRequest) -> str:
    """The caller's network address, as the nearest proxy or socket gave it."""
    return str(request.META.get("REMOTE_ADDR", ""))
