"""Every algorithm at one cut."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from analytics.recommendations.algorithm import Algorithm
from analytics.recommendations.catalogue import PEERS, SERVED, VERSION
from analytics.recommendations.evaluation import Cut, Measures
from analytics.recommendations.purchases import Purchases


@dataclass(frozen=True, slots=True)
class Comparison:
    """Measures by algorithm, of ``unseen`` items and of ``all`` of them; ``customers`` of each."""

    cut: date
    until: date
    items: int
    customers: Mapping[str, int]
    unseen: Mapping[str, Measures]
    all: Mapping[str, Measures]

    @property
    def left_out(self) -> list[str]:
        """The peers whose library is not installed."""
        return [name for name in PEERS if name not in self.unseen]

    def as_json(self) -> dict[str, Any]:
        algorithms = {
            name: {"unseen": asdict(self.unseen[name]), "all": asdict(self.all[name])}
            for name in self.unseen
        }
        return {
            "cut": self.cut.isoformat(),
            "until": self.until.isoformat(),
            "items": self.items,
            "customers": dict(self.customers),
            "algorithms": algorithms,
            "left_out": dict.fromkeys(self.left_out, "`implicit` is not installed"),
            "served": {"algorithm": SERVED, "version": VERSION, **algorithms[SERVED]},
        }


def compare(
    purchases: Purchases,
    cut: date,
    until: date,
    algorithms: Mapping[str, Algorithm],
    on_algorithm: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Fit each once on what is known before ``cut``; judge it by what came before ``until``.

    ``on_algorithm`` is called before each.

    :raises NothingToMeasure: nobody bought on both sides of the cut.
    """
    unseen = Cut(purchases, cut.toordinal(), until.toordinal())
    every = Cut(purchases, cut.toordinal(), until.toordinal(), unseen=False)
    if not len(unseen.customers):
        raise NothingToMeasure
    measures: dict[str, tuple[Measures, Measures]] = {}
    for name, algorithm in algorithms.items():
        on_algorithm(name)
        model = algorithm.fit(unseen.known)
        measures[name] = unseen.judged(model), every.judged(model)
    return Comparison(
        cut=cut,
        until=until,
        items=int(unseen.sold.sum()),
        customers={"unseen": len(unseen.customers), "all": len(every.customers)},
        unseen={name: both[0] for name, both in measures.items()},
        all={name: both[1] for name, both in measures.items()},
    )


class NothingToMeasure(Exception):
    """Nobody bought something new on both sides of the cut."""
