"""How many orders a second the shop takes: beside the same statements sent without a framework."""

import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import machine
from bench.catalogue_parts.servers import Shop
from bench.checkout_parts import web
from bench.cluster import Cluster
from bench.in_django import Project
from bench.report import Figure, Result

SETTINGS = {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}
"""Of the server, the same for all."""

SHOP = "shop"
"""The database."""

PROCESSES = 4
UNIT = "orders/s"

FLOOR, SERVICE = "floor", "service"
HOT_FLOOR, HOT = "hot floor", "hot"
ORDERS, CHECKOUT = "orders", "checkout"

OF_FLOOR = 0.35
"""The least part of the floor's rate."""
HOT_RATE = 25
"""The least orders a second for one item that everybody wants, on two cores."""

LABELS = {
    FLOOR: "the same SQL by psycopg, 2 of 1,000 items",
    SERVICE: "place_order, 2 of 1,000 items",
    HOT_FLOOR: "the same SQL by psycopg, one hot item",
    HOT: "place_order, one hot item",
    ORDERS: "POST /api/v1/orders, 2 items",
    CHECKOUT: "2 x POST /cart/items, POST /cart/checkout",
}


@dataclass(frozen=True, slots=True)
class Size:
    """``seconds`` of each contender in each round."""

    rounds: int
    seconds: float


FULL = Size(rounds=5, seconds=10)
QUICK = Size(rounds=1, seconds=3)


@dataclass(slots=True)
class Arena:
    """Who takes orders, how fast they were in each round, and how many orders there have to be by now."""

    project: Project
    clients: list[web.Client]
    seconds: float
    rates: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in LABELS})
    busy: list[float] = field(default_factory=list)
    orders: int = 0
    statements: int = 0

    def turns(self) -> dict[str, Callable[[], int]]:
        """Each places orders for a while and answers how many it was told of."""
        return {
            FLOOR: lambda: self._by_psycopg(hot=False),
            SERVICE: lambda: self._by_service(hot=False),
            HOT_FLOOR: lambda: self._by_psycopg(hot=True),
            HOT: lambda: self._by_service(hot=True),
            ORDERS: lambda: self._over_http(web.Client.buy),
            CHECKOUT: lambda: self._over_http(web.Client.fill_cart_and_check_out),
        }

    def _by_service(self, *, hot: bool) -> int:
        placed = self._together("caller", hot=hot)
        self.orders += PROCESSES  # each one's first, before its time begins
        return sum(map(int, placed))

    def _by_psycopg(self, *, hot: bool) -> int:
        found = self._together("floor", hot=hot)
        self.orders += 3 * PROCESSES  # as above, and two to learn from
        if not hot:
            self.statements = found[0]["statements"]
        return sum(one["placed"] for one in found)

    def _over_http(self, act: Callable[[web.Client], None]) -> int:
        return web.rate(self.clients, act, self.seconds)[0]

    def _together(self, module: str, *, hot: bool) -> list[Any]:
        name = f"bench.checkout_parts.{module}"
        return self.project.call_together(name, PROCESSES, seconds=self.seconds, hot=hot)


def main(quick: bool) -> int:
    size = QUICK if quick else FULL
    with _servers() as (cluster, folder):
        about = machine.describe(folder, cluster.psql("SHOW server_version"))
        _say(f"{about}\nServer: {', '.join(f'{k}={v}' for k, v in SETTINGS.items())}")
        project = _opened(cluster, folder)
        with web.shop(cluster, SHOP, folder) as server:
            arena = Arena(project, _clients(cluster, server), size.seconds)
            _rounds(arena, size)
    notes = [
        NOTE.format(size=size, statements=arena.statements, processes=PROCESSES),
        QUIET.format(busy=statistics.median(arena.busy)),
    ]
    return _result(quick, about, list(_figures(arena)), notes).conclude()


@contextmanager
def _servers() -> Iterator[tuple[Cluster, Path]]:
    """A database server in a folder, and that folder's parent for what else is written."""
    with tempfile.TemporaryDirectory(prefix="mercat-bench-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)  # PostgreSQL does not run as root: its user must get through here
        with Cluster(folder / "postgresql", **SETTINGS) as cluster:
            yield cluster, folder


def _opened(cluster: Cluster, folder: Path) -> Project:
    cluster.psql(f"CREATE DATABASE {SHOP}")
    project = Project(cluster.url(SHOP), folder / "shop-var")
    _say("Migrating, opening the shop")
    project.migrate()
    guards = project.call("bench.ledger_parts.guarded")["guards"]
    _say(f"{guards} guards are on, commits are durable")
    project.call("bench.checkout_parts.opening")
    cluster.psql("VACUUM ANALYZE", SHOP)
    return project


def _clients(cluster: Cluster, server: Shop) -> list[web.Client]:
    ids = cluster.psql("SELECT id FROM catalog_variant WHERE sku LIKE 'BENCH-%' ORDER BY sku", SHOP)
    return [web.Client(server, number, ids.split()) for number in range(web.CLIENTS)]


def _rounds(arena: Arena, size: Size) -> None:
    """Everybody's turn in each round, so that a busy minute is everybody's; audited after each turn."""
    for number in range(1, size.rounds + 1):
        for name, take_turn in arena.turns().items():
            arena.busy.append(machine.busy())
            placed = take_turn()
            arena.rates[name].append(placed / size.seconds)
            arena.orders += placed
            _say(
                f"  round {number} of {size.rounds}: {LABELS[name]:<44} {placed / size.seconds:7,.1f} {UNIT}"
                f"  (before it, others kept {arena.busy[-1]:.0%} busy)"
            )
            _audit(arena)


def _audit(arena: Arena) -> None:
    """:raises AssertionError: an order is lost or double, or a promise was broken under the load."""
    found = arena.project.call("bench.checkout_parts.audited")
    assert not found["wrong"], found["wrong"]
    assert found["orders"] == arena.orders, (found["orders"], arena.orders)


def _figures(arena: Arena) -> Iterator[Figure]:
    """Rates are medians of the rounds, and so is the ratio to the floor."""
    rates = {name: statistics.median(each) for name, each in arena.rates.items()}
    ratios = {
        name: statistics.median(
            ours / theirs
            for ours, theirs in zip(arena.rates[name], arena.rates[yardstick], strict=True)
        )
        for name, yardstick in ((SERVICE, FLOOR), (HOT, HOT_FLOOR))
    }
    yield Figure(LABELS[FLOOR], rates[FLOOR], UNIT)
    yield Figure(LABELS[SERVICE], rates[SERVICE], UNIT, ratios[SERVICE], FLOOR, at_least=OF_FLOOR)
    yield Figure(LABELS[HOT_FLOOR], rates[HOT_FLOOR], UNIT)
    of_hot = rates[HOT] / HOT_RATE
    yield Figure(LABELS[HOT], rates[HOT], UNIT, of_hot, f"{HOT_RATE} {UNIT}", at_least=1)
    yield Figure(f"{LABELS[HOT]}, beside the floor", rates[HOT], UNIT, ratios[HOT], HOT_FLOOR)
    yield Figure(LABELS[ORDERS], rates[ORDERS], UNIT)
    yield Figure(LABELS[CHECKOUT], rates[CHECKOUT], UNIT)


def _result(
    quick: bool, about: machine.Machine, figures: Sequence[Figure], notes: Sequence[str]
) -> Result:
    return Result(
        name="checkout",
        title="Taking orders",
        quick=quick,
        machine=about,
        settings=SETTINGS,
        figures=figures,
        rates=UNIT,
        notes=notes,
    )


QUIET = """Before the turns, other work kept {busy:.0%} of the processors busy (median): the more, the less the figures mean."""

NOTE = """Orders paid from wallets, by {processes} processes that call `orders.services.place_order`, and by as many that send the same {statements} statements
through psycopg alone: each records one order of the service and sends its statements again, prepared, for other buyers and goods, in one transaction, without
savepoints. So the floor takes the same locks, passes the same guards and leaves the same rows, whatever the service comes to send. Over HTTP it is gunicorn as the
container starts it, two workers and Redis, with 4 clients. They take turns in {size.rounds} rounds of {size.seconds:g} s; rates and ratios are medians of the rounds. After
each turn every order is counted: placed once, paid once, its pieces gone from stock, its money in escrow, and all books verified entry by entry."""


def _say(text: str) -> None:
    print(text, flush=True)
