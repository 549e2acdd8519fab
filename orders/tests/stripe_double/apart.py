"""The double in a process of its own, for tests that kill the shop's processes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[3]


class DoubleApart:
    """Answers to the same calls as ``StripeDouble``, between ``with`` and its end."""

    def __init__(self, *, port: int = 0, deliver_to: str = "") -> None:
        command = [sys.executable, "-m", "orders.tests.stripe_double", "--port", str(port)]
        if deliver_to:
            command += ["--deliver-to", deliver_to]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.address = self._process.stdout.readline().strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """It ends with its input."""
        self._process.communicate(timeout=60)

    def authorised(self, key: str) -> list[int]:
        return list(self._tell("authorised", key=key))

    def charged(self, key: str) -> list[int]:
        return list(self._tell("charged", key=key))

    def refunded(self, key: str) -> list[int]:
        return list(self._tell("refunded", key=key))

    def statuses(self, key: str) -> list[str]:
        return list(self._tell("statuses", key=key))

    def misbehave(self, kind: str, path: str = "/v1/payment_intents", **how: Any) -> None:
        self._tell("misbehave", kind=kind, path=path, **how)

    def authenticate(self, reference: str, *, succeeds: bool = True) -> None:
        self._tell("authenticate", reference=reference, succeeds=succeeds)

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        return list(self._tell("events", kind=kind))

    def deliver(self, url: str, events: list[dict[str, Any]], **how: Any) -> list[int]:
        return list(self._tell("deliver", url=url, events=events, **how))

    def _tell(self, method: str, **arguments: Any) -> Any:
        body = json.dumps(arguments).encode()
        with urlopen(Request(f"{self.address}/_double/{method}", body), timeout=60) as answer:
            return json.load(answer)
