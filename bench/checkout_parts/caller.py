"""One of the processes that buy through the service, one order after the other."""

import time

from bench.checkout_parts.shop import Baskets
from bench.in_django import wait_for_others
from core import clock
from orders.services import place_order


def main(*, seconds: float, hot: bool) -> int:
    """Buy for ``seconds``, from when all processes are ready. Answers how many orders were placed."""
    baskets = Baskets(hot=hot)
    _buy(baskets)  # the connection is there, and stays
    wait_for_others()
    placed, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        _buy(baskets)
        placed += 1
    return placed


def _buy(baskets: Baskets) -> None:
    basket = baskets.draw()
    place_order(purchase=basket.purchase, wanted=basket.wanted, at=clock.now())
