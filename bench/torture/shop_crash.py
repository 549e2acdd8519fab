"""The database is killed under buyers who check out and call off; they ask until they are answered."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import IO, Any

from django.db import DatabaseError, InterfaceError, connection
from django.test import override_settings

from bench.torture import workers
from bench.torture.arena import Arena, await_that
from bench.torture.card_audit import audit
from bench.torture.card_shop import CARD, CODE, CardShop, open_shop
from bench.torture.shop import WALLET, Ask
from bench.torture.stores import ServerStore
from bench.torture.workers import Job
from orders.tests.proofs import balances

BUYERS = 8
"""Of each hand, for each time that the database is killed."""
TERMS = (CARD, WALLET | {"promotion_codes": [CODE]})
WAIT = 409
"""What is answered while an earlier request with the key may be alive."""
LEASE = timedelta(seconds=1)


def server(arena: Arena) -> None:
    """Half of them pay by card, half from a wallet; half of each call the order off."""
    with open_shop(arena) as shop, override_settings(IDEMPOTENCY_LEASE=LEASE):
        asks = _asks(shop, BUYERS * arena.hands * arena.rounds)
        shop.before = balances()
        _buy_while_it_dies(arena, asks)
        shop.sweep()
        half = len(asks) // 2
        audit(shop, paid=half, cancelled=half)
        found = Counter(_answers(arena))
        arena.outcome.expect("orders placed", found["201"], len(asks))
        arena.outcome.expect("orders called off", found["200"], half)
        arena.outcome.expect("durable", arena.store.durable(), wanted=True)


def _asks(shop: CardShop, number: int) -> list[Ask]:
    return [shop.checkout_of(shop.buyer(), TERMS[n % 2]) for n in range(number)]


def _buy_while_it_dies(arena: Arena, asks: Sequence[Ask]) -> None:
    """It is killed in the middle of work: workers stay and come back to it."""
    assert isinstance(arena.store, ServerStore)
    cluster, hands = arena.store.cluster, arena.hands
    jobs = [_hand(arena, n, asks[n::hands]) for n in range(hands)]
    with workers.crew(jobs) as crew:
        for number in range(1, arena.rounds + 1):
            enough = len(asks) * number // (arena.rounds + 1)
            await_that(lambda enough=enough: len(_answers(arena)) >= enough)  # type: ignore[misc]  # mypy loses a default
            cluster.kill()
            cluster.start()
        workers.join(crew)
    failed = sum(worker.exitcode != 0 for worker in crew)
    arena.outcome.expect("workers that failed", failed, 0)
    arena.outcome.figures["crashes"] = arena.rounds


def _hand(arena: Arena, number: int, asks: Sequence[Ask]) -> Job:
    def at_work() -> None:
        with (arena.notes / f"{number}.answers").open("a", buffering=1) as notes:
            for position, ask in enumerate(asks):
                _buy(notes, ask, calls_off=position % 2 == 1)

    return at_work


def _buy(notes: IO[str], ask: Ask, *, calls_off: bool) -> None:
    status, order = _answered(ask)
    notes.write(f"{status}\n")
    if calls_off:
        path = f"/api/v1/orders/{order['id']}/cancel"
        status, _ = _answered(replace(ask, path=path, body={"reason": "No"}))
        notes.write(f"{status}\n")


def _answered(ask: Ask) -> tuple[int, Any]:
    """Ask with the same key until it is known what became of it.

    :raises Stuck: nobody says so.
    """
    found: list[tuple[int, Any]] = []

    def is_answered() -> bool:
        with suppress(DatabaseError, InterfaceError):
            found[:] = [ask.answer(forgiving=True)]
            if found[0][0] < 500 and found[0][0] != WAIT:
                return True
        connection.close()
        return False

    await_that(is_answered)
    return found[0]


def _answers(arena: Arena) -> list[str]:
    paths = arena.notes.glob("*.answers")
    return [line for path in paths for line in path.read_text().splitlines()]
