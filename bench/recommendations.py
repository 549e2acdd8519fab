"""Fitting, storing and computing everybody's suggestions, at growing numbers of order lines."""

import resource
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from analytics.recommendations import storing
from analytics.recommendations.blend import Blend
from analytics.recommendations.fitted import batches
from analytics.recommendations.learnt import Learnt
from analytics.recommendations.purchases import Purchases
from bench import machine
from bench.report import Figure, Result
from demo.sales_history import sales_history

CORES = 2
LINES_EACH = 90
"""Of a customer, on average: the shipped file's."""
YEAR = 365
SECONDS, GIGABYTES = 30.0, 4.0
SIZES = {100_000: 3_600, 1_000_000: 20_000, 10_000_000: 100_000}
"""Items by lines."""
SHIPPED = "shipped file"


def main(quick: bool) -> int:
    sizes = dict(list(SIZES.items())[: 1 if quick else None])
    with tempfile.TemporaryDirectory(prefix="mercat-bench-") as scratch:
        folder = Path(scratch)
        about = machine.describe(folder, "not used")
        print(about, flush=True)
        figures = _figures(SHIPPED, _alone(_build, folder, 0, 0), SECONDS, None)
        for lines, items in sizes.items():
            measured = _alone(_build, folder, lines, items)
            bar = GIGABYTES if lines == max(SIZES) else None
            figures += _figures(f"{lines:,} lines, {items:,} items", measured, None, bar)
    return Result(
        name="recommendations",
        title="Building recommendations",
        quick=quick,
        machine=about,
        settings={"processes": str(CORES)},
        figures=figures,
        rates="s",
        notes=[NOTE],
    ).conclude()


def _figures(
    label: str, measured: Mapping[str, float], seconds: float | None, gigabytes: float | None
) -> list[Figure]:
    print(f"{label}: {measured}", flush=True)
    whole = measured["fit"] + measured["score"] + measured["beside"]
    time_bar = (whole / seconds, f"{seconds:g} s", None, 1.0) if seconds else ()
    memory_bar = (
        (measured["memory"] / gigabytes, f"{gigabytes:g} GB", None, 1.0) if gigabytes else ()
    )
    return [
        Figure(f"{label}: fit", measured["fit"], "s"),
        Figure(f"{label}: score {measured['customers']:,.0f} customers", measured["score"], "s"),
        Figure(f"{label}: beside {measured['items']:,.0f} products", measured["beside"], "s"),
        Figure(f"{label}: build", whole, "s", *time_bar),
        Figure(f"{label}: peak memory of a process", measured["memory"], "GB", *memory_bar),
        Figure(f"{label}: file", measured["file"], "GB"),
    ]


def _alone(call: Callable[..., Any], *arguments: object) -> Any:
    """In a process of its own, whose memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(call, *arguments).result()


def _build(folder: Path, lines: int, items: int) -> dict[str, float]:
    """Seconds; gigabytes of the process that needed most."""
    purchases = synthetic(lines, items) if lines else sales_history()
    stored = folder / "build.npz"
    customers, of = purchases.shape
    began = time.perf_counter()
    storing.save(Learnt.of(purchases, Blend(), np.ones(of, np.bool_)), stored)
    fitted = time.perf_counter()
    del purchases
    with ProcessPoolExecutor(
        CORES, get_context("spawn"), initializer=_open, initargs=(stored,)
    ) as pool:
        memory = max(pool.map(_score, batches(customers)))
        scored = time.perf_counter()
        memory = max(memory, *pool.map(_beside, batches(of)))
    ended = time.perf_counter()
    return {
        "fit": fitted - began,
        "score": scored - fitted,
        "beside": ended - scored,
        "customers": customers,
        "items": of,
        "file": stored.stat().st_size / 1e9,
        "memory": max(memory, _peak()),
    }


def synthetic(lines: int, items: int, seed: int = 1) -> Purchases:
    """A year in which items sell by Zipf's law, and customers stay among a tenth of the shelves."""
    chance = np.random.default_rng(seed)
    customers = max(1, lines // LINES_EACH)
    share = 1 / np.arange(1, items + 1)
    popular = chance.choice(items, lines, p=share / share.sum())
    customer = chance.integers(customers, size=lines, dtype=np.int32)
    shelves = customer % 10
    item = (popular // 10 * 10 + shelves) % items
    item = np.where(chance.random(lines) < 0.7, item, popular).astype(np.int32)
    return Purchases(
        customer=customer,
        item=item,
        day=chance.integers(1, YEAR + 1, size=lines, dtype=np.int32),
        quantity=np.ones(lines, np.int32),
        price=np.ones(lines, np.float32),
        customers=np.arange(customers).astype(np.str_),
        items=np.arange(items).astype(np.str_),
        category=np.full(items, -1, np.int32),
        until=YEAR + 1,
    )


_opened: list[Learnt] = []


def _open(stored: Path) -> None:
    """Once in each worker."""
    _opened.append(storing.load(Learnt, stored))


def _score(batch: slice) -> float:
    """For each customer what is new to them, and what to buy again."""
    known = _opened[0]
    known.fitted.recommended(batch, known.allowed)
    for customer in range(batch.start, batch.stop):
        known.again(customer)
    return _peak()


def _beside(batch: slice) -> float:
    known = _opened[0]
    for item in range(batch.start, batch.stop):
        known.fitted.also_bought(item, known.allowed)
    return _peak()


def _peak() -> float:
    """Gigabytes that this process has needed at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


NOTE = """A build is what `analytics.services.recommending` does, but for the database: one process fits the blend, counts who bought what
together and what is bought again, and writes all of it to a file; two others compute everybody's suggestions from that file in batches of 1,000, as Celery's
workers do: the top 50 of each customer with reasons, what to buy again, and what stands beside each product. Reading orders, keeping the file in the database (in pieces of 8
MiB) and writing suggestions are not in it; the lines are in the memory. Lines are synthetic but for the shipped file's: items sell by Zipf's law, a customer has 90 of
them on average."""
