"""What visitors do, all of it at once, over a cache that knows most of it already."""

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.catalogue_parts import kept, questions, wrk
from bench.catalogue_parts.latencies import within
from bench.catalogue_parts.questions import Facts, Question
from bench.catalogue_parts.servers import Shop
from bench.report import Figure

CLIENTS = 4
BARS = {"list": 100, "detail": 100, "search": 100, "facets": 300}
"""Milliseconds of the 99th percentile."""
COUNT = 100_000
"""Questions that are drawn; who answers all of them begins again."""


def figures(
    mercat: Shop, facts: Facts, found: Sequence[Question], seconds: float, folder: Path
) -> Iterator[Figure]:
    """Warmed up for as long as it is measured then, with other draws from the same questions."""
    load = wrk.Load(CLIENTS, CLIENTS, seconds)
    warming, asked = (questions.mixed(facts, found, seed, COUNT) for seed in range(2))
    wrk.timed(mercat, warming, load, folder)
    before = kept.outcomes(mercat)
    answered = wrk.timed(mercat, asked, load, folder)
    yield Figure("mix, 4 clients", answered.rate, "requests/s")
    yield Figure("mix: answered from the cache", 100 * kept.share(mercat, before), "%")
    for kind, bar in BARS.items():
        times = answered.milliseconds[kind]
        yield Figure(f"mix: {kind}, median", statistics.median(times), "ms")
        yield within(f"mix: {kind}, p99", statistics.quantiles(times, n=100)[98], bar)
