"""Do the contenders do the same job? Who answers otherwise than Mercat is not measured against it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bench.catalogue_parts.client import Client, client
from bench.catalogue_parts.questions import PRODUCTS, Question
from bench.catalogue_parts.servers import Shop

STATS = (f"{PRODUCTS}/stats", f"{PRODUCTS}/stats?group_by=category")
FACTOR = 2
"""By how much an estimated total may be off."""


class Disagreement(Exception):
    """Two contenders answer a question differently."""


def check(mercat: Shop, others: Sequence[Shop], questions: Sequence[Question]) -> None:
    """Whole answers, but for the addresses' hosts and the exactness of totals.

    :raises Disagreement: with both answers.
    """
    for other in others:
        with client(mercat) as ours, client(other) as theirs:
            for question in questions:
                _compare(question.path, ours, theirs)


def check_stats(mercat: Shop, other: Shop) -> None:
    """:raises Disagreement: with both answers."""
    with client(mercat) as ours, client(other) as theirs:
        for path in STATS:
            _agree(path, theirs, _figures(ours.ask(path)[1]), _figures(theirs.ask(path)[1]))


def _compare(path: str, ours: Client, theirs: Client) -> None:
    our_answer, their_answer = ours.ask(path)[1], theirs.ask(path)[1]
    _agree(path, theirs, _page(our_answer), _page(their_answer))
    totals = our_answer["total"], their_answer["total"]
    estimated = our_answer["total_is_estimate"] or their_answer["total_is_estimate"]
    if max(totals) > (FACTOR if estimated else 1) * min(totals):
        raise Disagreement(f"{path}: total {totals[0]}, of the {theirs.shop.name} {totals[1]}")


def _agree(path: str, theirs: Client, our_answer: Any, their_answer: Any) -> None:
    if our_answer != their_answer:
        raise Disagreement(f"{path}:\n{our_answer}\n{theirs.shop.name}:\n{their_answer}")


def _page(answer: dict[str, Any]) -> dict[str, Any]:
    links = {name: _link(answer[name]) for name in ("next", "previous")}
    return {"results": answer["results"], **links}


def _link(link: str | None) -> object:
    parts = urlsplit(link or "")
    return parts.path, sorted(parse_qsl(parts.query))


def _figures(answer: dict[str, Any]) -> dict[str, Any]:
    """In no order of groups: which shelf is read first is not a figure."""
    groups = sorted(answer.get("groups", []), key=lambda group: str(group["category"]["id"]))
    return {**answer, "groups": groups}
