"""How a checkout may go: every combination, those that cannot occur, and a few that cover all pairs."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

METHODS = ("wallet", "stripe", "invoice")
SELLERS = ("one", "three")
PROMOTIONS = ("none", "platform", "shared")
"""Who bears what it takes off: the platform alone, or it and the seller together."""
OUTCOMES = ("paid", "declined", "expired", "cancelled")
"""What becomes of the order; each method's story says how (see ``test_checkout_scenarios``)."""

IMPOSSIBLE: Mapping[tuple[str, str], str] = {
    ("wallet", "expired"): "It is paid by the transaction that places it: it never waits.",
    ("invoice", "declined"): "Nobody is asked for the money, so nobody can decline.",
}
"""Of a method and an outcome, with any sellers and promotion: why it cannot occur."""


class Scenario(NamedTuple):
    method: str
    sellers: str
    promotion: str
    outcome: str

    def __str__(self) -> str:
        return "-".join(self)

    @property
    def is_possible(self) -> bool:
        return (self.method, self.outcome) not in IMPOSSIBLE


Pair = tuple[tuple[int, str], ...]
"""Two values, each with the number of its axis."""

ALL = [Scenario(*values) for values in product(METHODS, SELLERS, PROMOTIONS, OUTCOMES)]
POSSIBLE = [scenario for scenario in ALL if scenario.is_possible]


def pairs(scenario: Scenario) -> set[Pair]:
    return set(combinations(enumerate(scenario), 2))


def all_pairs(scenarios: Sequence[Scenario]) -> set[Pair]:
    return {pair for scenario in scenarios for pair in pairs(scenario)}


def pairwise(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """A few in which every pair occurs that occurs in all: greedily, of equals the first."""
    left, chosen = all_pairs(scenarios), []
    while left:
        most = max(scenarios, key=lambda scenario: len(pairs(scenario) & left))
        chosen.append(most)
        left -= pairs(most)
    return chosen
