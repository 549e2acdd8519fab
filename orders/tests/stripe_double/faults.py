"""How the double misbehaves: on demand, so many times, for the requests that were named."""

import threading
from dataclasses import dataclass
from enum import StrEnum

from orders.tests.stripe_double.wire import Request


class Kind(StrEnum):
    DROP_BEFORE = "drop_before"
    """Cut the connection, nothing done."""
    DROP_AFTER = "drop_after"
    """Do it, then cut the connection."""
    ERROR_BEFORE = "error_before"
    """Answer 500, nothing done; the key keeps the 500, as Stripe's do."""
    ERROR_AFTER = "error_after"
    """Do it, then answer 500; the key keeps that, too."""
    BUSY = "busy"
    """429: too many requests."""
    LOCKED = "locked"
    """409: another request holds the object."""
    HANG_BEFORE = "hang_before"
    """Wait, then do it; whoever comes with the same key meanwhile is told 409."""
    HANG_AFTER = "hang_after"
    """Do it, then wait with the answer."""
    GARBAGE = "garbage"
    """Do it, then answer 200 with a page of HTML."""
    SHORT = "short"
    """400: the account's balance does not suffice."""
    FORBIDDEN = "forbidden"
    """403: the key may not do this."""


@dataclass(slots=True)
class Fault:
    kind: Kind
    path: str
    """What the request's path ends with."""
    method: str
    times: int
    seconds: float

    def fits(self, request: Request) -> bool:
        return self.method == request.method and request.path.endswith(self.path)


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def take(self, request: Request) -> Fault | None:
        """The first that fits; it counts down."""
        with self._lock:
            fault = next((f for f in self._waiting if f.fits(request)), None)
            if fault is not None:
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
            return fault
