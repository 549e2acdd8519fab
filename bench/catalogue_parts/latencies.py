"""How long one client waits: for searches, for pages far down, for figures; nothing of it cached."""

import base64
import json
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.catalogue_parts import kept
from bench.catalogue_parts.agreement import STATS, Disagreement
from bench.catalogue_parts.client import Client, client
from bench.catalogue_parts.questions import COMMON_WORD, PRODUCTS, RARE_WORD, Question
from bench.catalogue_parts.servers import Shop, Store
from bench.report import Figure

SEARCH_BAR, STATS_BAR = 1 / 15, 1 / 10
"""Of what the peer takes."""
P99_BARS = {RARE_WORD: 10, COMMON_WORD: 50}
"""Milliseconds."""
DEEPEST = 1.2
"""Times that a page far down may take of what the first one takes."""
LIMIT = 20
PRICELESS = 10**9
"""Minor units, above every price: a bound there narrows nothing, and makes requests differ."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """``rounds`` of everything, over a ``cache`` that is emptied as often as need be.

    ``change`` makes a new version of the catalogue, so that nobody has an answer by heart.
    """

    cache: Store
    rounds: int
    say: Say
    change: Callable[[], object]

    def forget(self) -> None:
        self.cache.flush()
        self.change()


def searches(
    bench: Bench, mercat: Shop, peer: Shop, asked: Sequence[Question], every: int
) -> Iterator[Figure]:
    """The peer is asked one of ``every`` so many, and compared with Mercat's times for these."""
    before = kept.outcomes(mercat)
    with client(mercat) as ours, client(peer) as theirs:
        rounds = [_round(bench, ours, asked) for _ in range(bench.rounds)]
        peers = _round(bench, theirs, asked[::every])
    kept.refuse_hits(mercat, before)
    medians = [statistics.median(times.values()) for times in rounds]
    same = [statistics.median(times[each] for each in peers) for times in rounds]
    peer_median = statistics.median(peers.values())
    yield Figure(
        label="search, cold: median",
        value=statistics.median(medians),
        unit="ms",
        ratio=statistics.median(same) / peer_median,
        yardstick="peer",
        at_most=SEARCH_BAR,
    )
    yield Figure("search, cold: median of the peer", peer_median, "ms")
    for kind in dict.fromkeys(question.kind for question in asked):
        yield _p99(kind, [_of_kind(times, kind) for times in rounds])


def _round(bench: Bench, asking: Client, asked: Sequence[Question]) -> dict[Question, float]:
    bench.cache.flush()
    times = {question: asking.ask(question.path)[0] for question in asked}
    by_kind: dict[str, list[float]] = defaultdict(list)
    for question, took in times.items():
        by_kind[question.kind].append(took)
    told = ", ".join(f"{kind} {statistics.median(by_kind[kind]):.1f}" for kind in sorted(by_kind))
    bench.say(f"  searched {len(asked)} times, {asking.shop.name}: median ms of {told}")
    return times


def _of_kind(times: dict[Question, float], kind: str) -> list[float]:
    return [took for question, took in times.items() if question.kind == kind]


def _p99(kind: str, rounds: Sequence[Sequence[float]]) -> Figure:
    p99 = statistics.median(statistics.quantiles(times, n=100)[98] for times in rounds)
    return within(f"search, cold: {kind}, p99", p99, P99_BARS.get(kind))


def within(label: str, took: float, bar: float | None, unit: str = "ms") -> Figure:
    """A figure that is judged by itself, if there is a bar."""
    if bar is None:
        return Figure(label, took, unit)
    return Figure(label, took, unit, took / bar, f"{bar:g} {unit}", at_most=1.0)


def depth(bench: Bench, mercat: Shop, row: dict[str, str], place: int, count: int) -> Figure:
    """The first page against the one behind ``row``, the ``place``-th of the newest.

    :raises Disagreement: the page by cursor is not the page by number.
    """
    cursor = _cursor([row["created_at"], row["id"]])
    with client(mercat) as asking:
        _same_page(asking, cursor, place)
        first, deep, before = [], [], kept.outcomes(mercat)
        for number in range(bench.rounds * count):
            first.append(asking.ask(_page(cursor="", number=number))[0])
            deep.append(asking.ask(_page(cursor=cursor, number=number))[0])
    kept.refuse_hits(mercat, before)
    value, yardstick = statistics.median(deep), statistics.median(first)
    label = f"cursor page at depth {place:,}"
    return Figure(label, value, "ms", value / yardstick, "page 1", at_most=DEEPEST)


def _cursor(position: Sequence[str]) -> str:
    """As ``core.api.pagination`` writes it; walking there would take a thousand requests."""
    token = json.dumps([False, [*position]], separators=(",", ":"))
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def _page(*, cursor: str, number: int) -> str:
    bound = f"{PRICELESS + number}.00"
    return f"{PRODUCTS}?{urlencode({'cursor': cursor, 'max_price': bound, 'limit': LIMIT})}"


def _same_page(asking: Client, cursor: str, place: int) -> None:
    _, by_cursor = asking.ask(f"{PRODUCTS}?{urlencode({'cursor': cursor})}")
    _, by_number = asking.ask(f"{PRODUCTS}?page={place // LIMIT + 1}")
    if by_cursor["results"] != by_number["results"]:
        raise Disagreement(f"The cursor after product {place} does not lead to its page.")


def stats(bench: Bench, mercat: Shop, peer: Shop, count: int) -> Iterator[Figure]:
    before = kept.outcomes(mercat)
    with client(mercat) as ours, client(peer) as theirs:
        for path, label in zip(STATS, ("stats, cold", "stats by category, cold"), strict=True):
            paths = [path] * (bench.rounds * count)
            value = ours.median(paths, before=bench.forget)
            yardstick = theirs.median(paths, before=bench.forget)
            yield Figure(label, value, "ms", value / yardstick, "peer", at_most=STATS_BAR)
            yield Figure(f"{label}: peer", yardstick, "ms")
    kept.refuse_hits(mercat, before)
