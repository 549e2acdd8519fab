"""Requests per second of 16 clients: lists that nobody has cached, and the one that everybody has."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import machine
from bench.catalogue_parts import kept, questions, wrk
from bench.catalogue_parts.questions import Facts, Question
from bench.catalogue_parts.servers import Shop, Store
from bench.report import Figure

CLIENTS, THREADS = 16, 2
MOST = 2_500
"""Requests per second that a list that nobody has cached is prepared for."""
UNIT = "requests/s"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Arena:
    """Over which cache and catalogue contenders compete, and for how long.

    ``busy`` gathers which share of the processors others kept at work before each turn.
    """

    cache: Store
    facts: Facts
    folder: Path
    rounds: int
    seconds: float
    say: Say
    busy: list[float] = field(default_factory=list)

    def turns(
        self, label: str, shops: Sequence[Shop], asked: Callable[[int], Sequence[Question]]
    ) -> dict[str, list[float]]:
        """Everybody's turn in each round, so that a busy minute is everybody's.

        ``asked`` answers a round's questions: the same for all of them.
        """
        rates: dict[str, list[float]] = {shop.name: [] for shop in shops}
        load = wrk.Load(CLIENTS, THREADS, self.seconds)
        for number in range(1, self.rounds + 1):
            lines = asked(number)
            for shop in shops:
                self.cache.flush()
                self.busy.append(machine.busy())
                rates[shop.name].append(wrk.rate(shop, lines, load, self.folder))
                self.say(
                    f"  round {number} of {self.rounds}: {label}, {shop.name:<8}"
                    f"{rates[shop.name][-1]:8,.0f} {UNIT}  (before it, others kept {self.busy[-1]:.0%} busy)"
                )
        return rates


def misses(arena: Arena, mercat: Shop, floor: Shop, peer: Shop) -> Iterator[Figure]:
    """Lists that are never asked for twice."""
    count = int(MOST * arena.seconds)

    def asked(number: int) -> Sequence[Question]:
        return questions.lists(arena.facts, seed=number, count=count)

    before = kept.outcomes(mercat)
    rates = arena.turns("list, missed", [mercat, floor, peer], asked)
    kept.refuse_hits(mercat, before)
    yield _figure("list, every request a miss", rates, "floor", 0.5)
    yield _figure("list, every request a miss, beside the peer", rates, "peer", 1.0)
    yield Figure("list, every request a miss: floor", statistics.median(rates["floor"]), UNIT)
    yield Figure("list, every request a miss: peer", statistics.median(rates["peer"]), UNIT)


def hits(arena: Arena, mercat: Shop, peer: Shop) -> Iterator[Figure]:
    """One list, again and again, by each of wrk's threads."""
    rates = arena.turns(
        "hot list", [mercat, peer], lambda _: [questions.hot(arena.facts)] * THREADS
    )
    yield _figure("hot list", rates, "peer", 0.7)
    yield Figure("hot list: peer", statistics.median(rates["peer"]), UNIT)


def _figure(label: str, rates: dict[str, list[float]], yardstick: str, bar: float) -> Figure:
    """The ratio is the median of the rounds' own, as is the rate."""
    pairs = zip(rates["Mercat"], rates[yardstick], strict=True)
    return Figure(
        label=label,
        value=statistics.median(rates["Mercat"]),
        unit=UNIT,
        ratio=statistics.median(ours / theirs for ours, theirs in pairs),
        yardstick=yardstick,
        at_least=bar,
    )
