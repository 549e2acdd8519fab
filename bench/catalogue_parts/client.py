"""One client, which asks a question after the other over one connection and times each answer."""

import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

from bench.catalogue_parts.servers import HEADERS, Shop

PATIENCE = 60


class Failed(Exception):
    """An answer that is none: the message has its status, address and body."""


class Client:
    def __init__(self, shop: Shop, connection: HTTPConnection) -> None:
        self.shop = shop
        self._connection = connection

    def ask(self, path: str) -> tuple[float, Any]:
        """Milliseconds from the request to the last byte, and what the JSON says.

        :raises Failed: the status is not 200.
        """
        began = time.perf_counter()
        self._connection.request("GET", path, headers=HEADERS)
        response = self._connection.getresponse()
        body = response.read()
        took = (time.perf_counter() - began) * 1000
        if response.status != 200:
            raise Failed(f"{self.shop.name}: {response.status} for {path}: {body[:500]!r}")
        return took, json.loads(body)

    def median(self, paths: Sequence[str], before: Callable[[], None] = lambda: None) -> float:
        """Of ``ask``, each after ``before``, which is not timed."""
        return statistics.median(self._took(path, before) for path in paths)

    def _took(self, path: str, before: Callable[[], None]) -> float:
        before()
        return self.ask(path)[0]


@contextmanager
def client(shop: Shop) -> Iterator[Client]:
    connection = HTTPConnection("127.0.0.1", shop.port, timeout=PATIENCE)
    try:
        yield Client(shop, connection)
    finally:
        connection.close()
