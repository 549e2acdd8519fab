"""Events signed and posted as Stripe does it (docs.stripe.com/webhooks#verify-manually)."""

import hashlib
import hmac
import json
import queue
import threading
import time
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen


def signature(body: bytes, secret: str, *, age: int = 0) -> str:
    """The header of a body that was sent ``age`` seconds ago."""
    at = int(time.time()) - age
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def post(url: str, event: dict[str, Any], secret: str, *, age: int = 0) -> int:
    """The status of the answer; 0 if there was none."""
    body = json.dumps(event).encode()
    headers = {"Content-Type": "application/json"}
    headers["Stripe-Signature"] = signature(body, secret, age=age)
    try:
        with urlopen(Request(url, body, headers), timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
    except (URLError, TimeoutError):
        return 0


class Courier:
    """Posts events in a thread of its own, so that whoever caused them need not wait."""

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = url, secret
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def send(self, event: dict[str, Any]) -> None:
        self._events.put(event)

    def close(self) -> None:
        """Once what was handed over is posted."""
        self._events.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (event := self._events.get()) is not None:
            post(self._url, event, self._secret)
