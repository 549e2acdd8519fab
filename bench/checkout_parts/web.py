"""Buying over HTTP from the server as it is shipped, each client over a connection that is kept."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

from bench.catalogue_parts import servers
from bench.catalogue_parts.servers import Shop
from bench.checkout_parts.terms import ADDRESS, PASSWORD
from bench.cluster import Cluster

CLIENTS = 4
PATIENCE = 60
"""Seconds that an answer may take."""


class Refused(Exception):
    """An answer was none of those that count."""


class Client:
    """A buyer who is signed in. Buys without a cart and through it, by turns of ``variants``."""

    def __init__(self, shop: Shop, number: int, variants: list[str]) -> None:
        self._connection = HTTPConnection("127.0.0.1", shop.port, timeout=PATIENCE)
        self._headers = {**servers.HEADERS, "Content-Type": "application/json"}
        self._headers["X-Forwarded-For"] = f"192.0.2.{number + 1}"
        self._variants, self._turn = variants, number
        credentials = {"email": f"buyer{number}@bench.example", "password": PASSWORD}
        tokens = self._post("auth/login", credentials, 200)
        self._headers["Authorization"] = f"Bearer {tokens['access']}"

    def reconnect(self) -> None:
        """The server gives up connections on which nothing comes for a while."""
        self._connection.close()

    def buy(self) -> None:
        """Two things in one request."""
        items = [{"variant_id": self._next(), "quantity": 1} for _ in range(2)]
        self._post("orders", {"items": items, **_terms()}, 201)

    def fill_cart_and_check_out(self) -> None:
        """The same in three requests."""
        for _ in range(2):
            self._post("cart/items", {"variant_id": self._next(), "quantity": 1}, 201)
        self._post("cart/checkout", _terms(), 201)

    def _next(self) -> str:
        """Neighbours are of different sellers."""
        self._turn += CLIENTS
        return self._variants[self._turn % len(self._variants)]

    def _post(self, path: str, body: object, expected: int) -> Any:
        headers = {**self._headers, "Idempotency-Key": str(uuid4())}
        self._connection.request("POST", f"/api/v1/{path}", json.dumps(body), headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        if answer.status != expected:
            raise Refused(f"{path}: {answer.status} {text}")
        return json.loads(text)


@contextmanager
def shop(cluster: Cluster, database: str, folder: Path) -> Iterator[Shop]:
    """Two workers of gunicorn, and Redis."""
    with (
        servers.store(folder) as cache,
        servers.mercat("Mercat", cluster.url(database), cache, 0, folder) as found,
    ):
        yield found


def rate(clients: list[Client], act: Callable[[Client], None], seconds: float) -> tuple[int, float]:
    """How many orders were placed, and how many per second; ``act`` places one."""
    barrier = Barrier(len(clients))

    def run(client: Client) -> int:
        client.reconnect()
        barrier.wait()
        placed, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            act(client)
            placed += 1
        return placed

    with ThreadPoolExecutor(len(clients)) as pool:
        placed = sum(pool.map(run, clients))
    return placed, placed / seconds


def _terms() -> dict[str, Any]:
    return {"payment_method": "wallet", "shipping_address": ADDRESS}
