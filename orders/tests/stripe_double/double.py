"""The double itself: who asks, with which key, and what goes wrong on the way."""

import threading
from collections.abc import Iterable
from typing import Any, NamedTuple, Self

from orders.tests.stripe_double import webhooks
from orders.tests.stripe_double.books import Books
from orders.tests.stripe_double.faults import Fault, Faults, Kind
from orders.tests.stripe_double.routes import route
from orders.tests.stripe_double.server import Server
from orders.tests.stripe_double.wire import Answer, Dropped, Refusal, Request, invalid

SECRET_KEY = "sk_test_double"
WEBHOOK_SECRET = "whsec_double"
LONGEST_HANG = 30.0


class Asked(NamedTuple):
    method: str
    path: str
    key: str


class Kept(NamedTuple):
    """What a key was first used for, and the answer it got."""

    asked: tuple[str, Any]
    answer: Answer


class StripeDouble:
    """Serves on a loopback port between ``with`` and its end, and leaves neither thread nor port.

    ``deliver_to`` is where every event is posted as it happens; without, tests post them.
    """

    def __init__(self, *, port: int = 0, deliver_to: str = "") -> None:
        self.books = Books()
        self.requests: list[Asked] = []
        self._faults = Faults()
        self._lock = threading.Lock()
        self._kept: dict[str, Kept] = {}
        self._running: set[str] = set()
        self._idle = threading.Condition(self._lock)
        self._released = threading.Event()
        self._deliver_to = deliver_to
        self._courier: webhooks.Courier | None = None
        self._server = Server(self, port)
        self.address = self._server.address

    def __enter__(self) -> Self:
        if self._deliver_to:
            self._courier = webhooks.Courier(self._deliver_to, WEBHOOK_SECRET)
        self._server.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._server.end()
        if self._courier:
            self._courier.close()

    # What tests ask and tell

    def authorised(self, key: str) -> list[int]:
        """The amounts reserved for that payment, in the order in which it happened."""
        return self._money("authorised", key)

    def charged(self, key: str) -> list[int]:
        """The amounts taken for that payment: of one who was charged once, one."""
        return self._money("captured", key)

    def refunded(self, key: str) -> list[int]:
        return self._money("refunded", key)

    def statuses(self, key: str) -> list[str]:
        """Where the intents of that payment stand."""
        with self._lock:
            intents = list(self.books.intents.values())
        return [i["status"] for i in intents if i["metadata"].get("mercat_payment") == key]

    def misbehave(
        self,
        kind: Kind,
        path: str = "/v1/payment_intents",
        *,
        method: str = "POST",
        times: int = 1,
        seconds: float = LONGEST_HANG,
    ) -> None:
        """Do that at the next ``times`` requests whose path ends with ``path``."""
        self._faults.add(Fault(Kind(kind), path, method, times, min(seconds, LONGEST_HANG)))

    def authenticate(self, reference: str, *, succeeds: bool = True) -> None:
        """Be the buyer whom the bank asks."""
        with self._lock:
            before = len(self.books.events)
            self.books.authenticate(reference, succeeds=succeeds)
        self._send_since(before)

    def forget_keys(self) -> None:
        """As Stripe does after a day."""
        with self._lock:
            self._kept.clear()

    def release(self) -> None:
        """Let go on what hangs, and whatever would hang after it."""
        self._released.set()

    def settle(self) -> None:
        """Return when no request with a key is under way any more."""
        with self._idle:
            self._idle.wait_for(lambda: not self._running, LONGEST_HANG)

    def index(self) -> None:
        """Let search show what there is by now."""
        with self._lock:
            self.books.searchable = set(self.books.intents)

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """What happened, oldest first; of one type, if named."""
        with self._lock:
            return [e for e in self.books.events if kind in {"", e["type"]}]

    def deliver(
        self,
        url: str,
        events: Iterable[dict[str, Any]],
        *,
        secret: str = WEBHOOK_SECRET,
        age: int = 0,
    ) -> list[int]:
        """Post them in that order (an event twice, the last first, or late: as the caller likes)
        and return what was answered."""
        return [webhooks.post(url, event, secret, age=age) for event in events]

    # What the server asks

    def answer(self, request: Request) -> Answer:
        """:raises Dropped: the connection is to be cut."""
        self.requests.append(Asked(request.method, request.path, request.key))
        fault = self._faults.take(request)
        try:
            answer = self._answered(request, fault)
        except Refusal as refusal:
            answer = refusal.answer
        return self._spoilt(answer, fault)

    def _answered(self, request: Request, fault: Fault | None) -> Answer:
        if request.authorization != f"Bearer {SECRET_KEY}":
            raise Refusal(401, "invalid_request_error", "Invalid API Key provided: sk_t****")
        self._refuse_before(fault)
        return self._once(request, fault)

    def _refuse_before(self, fault: Fault | None) -> None:
        match fault and fault.kind:
            case Kind.DROP_BEFORE:
                raise Dropped
            case Kind.BUSY:
                raise Refusal(429, "invalid_request_error", "Too many requests", code="rate_limit")
            case Kind.LOCKED:
                raise Refusal(409, "invalid_request_error", "Locked", code="lock_timeout")
            case Kind.SHORT:
                raise invalid("Insufficient funds in Stripe account", code="balance_insufficient")
            case Kind.FORBIDDEN:
                raise Refusal(403, "invalid_request_error", "This key may not do this.")

    def _once(self, request: Request, fault: Fault | None) -> Answer:
        """Repeat what the key got; refuse it to others; run one request with it at a time."""
        if request.method == "GET" or not request.key:
            return self._work(request, fault)
        with self._lock:
            if known := self._kept.get(request.key):
                return _replay(known, request)
            if request.key in self._running:
                code = "idempotency_key_in_use"
                raise Refusal(409, "idempotency_error", "This key is in use", code=code)
            self._running.add(request.key)
        try:
            return self._remembered(request, fault)
        finally:
            with self._idle:
                self._running.discard(request.key)
                self._idle.notify_all()

    def _remembered(self, request: Request, fault: Fault | None) -> Answer:
        asked = (request.path, request.form)
        try:
            answer = self._work(request, fault)
        except Refusal as refusal:
            if refusal.is_kept:
                self._kept[request.key] = Kept(asked, refusal.answer)
            raise
        self._kept[request.key] = Kept(asked, answer)
        return answer

    def _work(self, request: Request, fault: Fault | None) -> Answer:
        kind = fault and fault.kind
        failed = Refusal(500, "api_error", "An unknown error occurred")
        if kind == Kind.ERROR_BEFORE:
            raise failed
        if fault and kind == Kind.HANG_BEFORE:
            self._released.wait(fault.seconds)
        operation, reference = route(request.method, request.path)
        with self._lock:
            before = len(self.books.events)
            try:
                body = self.books.run(operation, request.form, reference)
            except KeyError as missing:
                raise invalid(f"Missing: {missing}", code="parameter_missing") from missing
            finally:
                self._send_since(before)
        if kind == Kind.ERROR_AFTER:
            raise failed
        return Answer(200, body)

    def _spoilt(self, answer: Answer, fault: Fault | None) -> Answer:
        kind = fault and fault.kind
        if kind == Kind.DROP_AFTER:
            raise Dropped
        if fault and kind == Kind.HANG_AFTER:
            self._released.wait(fault.seconds)
        if kind == Kind.GARBAGE:
            return Answer(200, "<html>Bad gateway</html>")
        return answer

    def _send_since(self, before: int) -> None:
        if self._courier:
            for event in self.books.events[before:]:
                self._courier.send(event)

    def _money(self, what: str, key: str) -> list[int]:
        with self._lock:
            return list(self.books.money[what, key])


def _replay(known: Kept, request: Request) -> Answer:
    if known.asked != (request.path, request.form):
        message = "Keys for idempotent requests can only be used with the same parameters"
        raise Refusal(400, "idempotency_error", message)
    return Answer(known.answer.status, known.answer.body, {"Idempotent-Replayed": "true"})
