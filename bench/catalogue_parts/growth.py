"""What ten times as many products cost a question that matches as many of them as before."""

import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from bench.catalogue_parts import kept
from bench.catalogue_parts.agreement import Disagreement
from bench.catalogue_parts.client import client
from bench.catalogue_parts.questions import Question
from bench.catalogue_parts.servers import Shop
from bench.report import Figure


def figure(
    label: str, small: Shop, big: Shop, asked: Sequence[Question], at_most: float
) -> Iterator[Figure]:
    """Both are asked the same, in turns, which of them first as well.

    :raises Disagreement: one of them has other matches.
    """
    before = {shop: kept.outcomes(shop) for shop in (small, big)}
    took: dict[str, list[float]] = {small.name: [], big.name: []}
    with client(small) as in_small, client(big) as in_big:
        for number, question in enumerate(asked):
            turns = (in_small, in_big) if number % 2 else (in_big, in_small)
            answers = [each.ask(question.path) for each in turns]
            for each, (milliseconds, _) in zip(turns, answers, strict=True):
                took[each.shop.name].append(milliseconds)
            _same(question, *(answer for _, answer in answers))
    for shop, counted in before.items():
        kept.refuse_hits(shop, counted)
    value, yardstick = statistics.median(took[big.name]), statistics.median(took[small.name])
    yield Figure(label, value, "ms", value / yardstick, "a tenth", at_most=at_most)


def _same(question: Question, one: dict[str, Any], other: dict[str, Any]) -> None:
    ids = [[product["id"] for product in answer["results"]] for answer in (one, other)]
    estimated = one["total_is_estimate"] or other["total_is_estimate"]
    if ids[0] != ids[1] or (not estimated and one["total"] != other["total"]):
        raise Disagreement(f"{question.path}: {one['total']} and {other['total']} products")
