"""How fast the ledger posts: beside pgbench's TPC-B and a simpler ledger, on one server."""

import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import machine
from bench.cluster import Cluster
from bench.in_django import Project
from bench.ledger_parts.contests import BOOKS, SCRIPTS, TPCB, YARDSTICK, Contest, contests
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

PAST = "past"
"""Database of the account with a long history."""

LONGEST_PAST = 3.0
"""Times that a balance of the past may take of what the current one takes."""


@dataclass(frozen=True, slots=True)
class Size:
    """``scale`` is TPC-B's, ``seconds`` those of each contest in each round; ``entries`` make the
    long history, from which ``reads`` balances of each kind are read."""

    scale: int
    rounds: int
    seconds: float
    entries: int
    reads: int


FULL = Size(scale=50, rounds=3, seconds=30, entries=1_000_000, reads=5_000)
QUICK = Size(scale=5, rounds=1, seconds=5, entries=20_000, reads=1_000)

Rates = dict[str, list[float]]


def main(quick: bool) -> int:
    size = QUICK if quick else FULL
    with _servers() as (cluster, folder):
        about = machine.describe(folder, cluster.psql("SHOW server_version"))
        _say(f"{about}\nServer: {', '.join(f'{k}={v}' for k, v in SETTINGS.items())}")
        books, past = _projects(cluster, folder)
        _prepare(cluster, books, size)
        entrants = contests(cluster, books)
        rates, busy = _rounds(entrants, size)
        _audit(books)
        figures = [*_rate_figures(entrants, rates), *_past_figures(past, size)]
    notes = [NOTE.format(size=size), QUIET.format(busy=statistics.median(busy))]
    return _result(quick, about, figures, notes).conclude()


@contextmanager
def _servers() -> Iterator[tuple[Cluster, Path]]:
    """A server in a folder, and another folder on the same disk for what else is written."""
    with (
        tempfile.TemporaryDirectory(prefix="mercat-bench-") as scratch,
        Cluster(_open(Path(scratch)) / "postgresql", **SETTINGS) as cluster,
    ):
        yield cluster, Path(scratch)


def _open(folder: Path) -> Path:
    """PostgreSQL does not run as root: its user must get through here."""
    folder.chmod(0o755)
    return folder


def _projects(cluster: Cluster, folder: Path) -> tuple[Project, Project]:
    projects = []
    for database in (BOOKS, PAST):
        cluster.psql(f"CREATE DATABASE {database}")
        projects.append(Project(cluster.url(database), folder / database))
    return projects[0], projects[1]


def _prepare(cluster: Cluster, books: Project, size: Size) -> None:
    _say("Migrating, opening 10,000 accounts, filling TPC-B")
    books.migrate()
    _say(f"{books.call('bench.ledger_parts.guarded')['guards']} guards are on, commits are durable")
    books.call("bench.ledger_parts.opening")
    cluster.psql((SCRIPTS / "peer.sql").read_text(), BOOKS)
    cluster.psql(f"CREATE DATABASE {TPCB}")
    fill = [str(cluster.binary("pgbench")), "--initialize", "--quiet", f"--scale={size.scale}"]
    command = [*fill, cluster.url(TPCB)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # PostgreSQL's own
    cluster.psql("VACUUM ANALYZE", BOOKS)


def _rounds(entrants: Sequence[Contest], size: Size) -> tuple[Rates, list[float]]:
    """Everybody's turn in each round, so that a busy minute is everybody's.

    Answers also how busy the machine was before each turn: with others' work.
    """
    rates: Rates = {entrant.name: [] for entrant in entrants}
    busy: list[float] = []
    for number in range(1, size.rounds + 1):
        for entrant in entrants:
            busy.append(machine.busy())
            rate = entrant.run(number, size.seconds)
            rates[entrant.name].append(rate)
            _say(
                f"  round {number} of {size.rounds}: {entrant.label:<40} {rate:8,.0f} transfers/s"
                f"  (before it, others kept {busy[-1]:.0%} busy)"
            )
    return rates, busy


def _audit(books: Project) -> None:
    """:raises AssertionError: a promise was broken under the load."""
    found = books.call("bench.ledger_parts.audited")
    assert not found["discrepancies"], found["discrepancies"]
    _say(
        f"Books of {found['transactions']:,} transactions, {found['entries']:,} entries verified "
        f"in {found['seconds']:.0f} s: no discrepancy"
    )


def _rate_figures(entrants: Sequence[Contest], rates: Rates) -> Iterator[Figure]:
    """One for each bar; the ratio is the median of the rounds' own, as is the rate."""
    for entrant in entrants:
        value = statistics.median(rates[entrant.name])
        if entrant.name == YARDSTICK:
            yield Figure(entrant.label, value, "transfers/s")
            continue
        against: Mapping[str, float | None] = entrant.bars or {YARDSTICK: None}
        for yardstick, bar in against.items():
            beside = "" if yardstick == YARDSTICK else f", beside the {yardstick}"
            yield Figure(
                label=f"{entrant.label}{beside}",
                value=value,
                unit="transfers/s",
                ratio=_ratio(rates[entrant.name], rates[yardstick]),
                yardstick=yardstick,
                at_least=bar,
            )


def _ratio(rates: Sequence[float], yardstick: Sequence[float]) -> float:
    return statistics.median(ours / theirs for ours, theirs in zip(rates, yardstick, strict=True))


def _past_figures(project: Project, size: Size) -> Iterator[Figure]:
    _say(f"Posting {size.entries:,} entries to one account")
    project.migrate()
    project.call("bench.ledger_parts.guarded")
    found = project.call("bench.ledger_parts.past", entries=size.entries, reads=size.reads)
    _say(f"  posted in {found['seconds']:.0f} s\n" + "\n\n".join(found["plans"]))
    _audit(project)
    yield Figure("balance now", found["now"], "ms")
    yield Figure(
        label=f"balance in the past, of {size.entries:,} entries",
        value=found["past"],
        unit="ms",
        ratio=found["past"] / found["now"],
        yardstick="now",
        at_most=LONGEST_PAST,
    )


def _result(
    quick: bool, about: machine.Machine, figures: Sequence[Figure], notes: Sequence[str]
) -> Result:
    return Result(
        name="ledger",
        title="Posting transfers",
        quick=quick,
        machine=about,
        settings=SETTINGS,
        figures=figures,
        rates="transfers/s",
        notes=notes,
    )


QUIET = """Before the turns, other work kept {busy:.0%} of the processors busy (median): the more, the less the figures mean."""

NOTE = """Each contest is pgbench with 8 clients, or 4 processes that call `ledger.services.post`, over 10,000 accounts, with
every guard on and every commit on disk. They take turns in {size.rounds} rounds of {size.seconds:g} s; rates and ratios are medians
of the rounds. TPC-B is of scale {size.scale}. The peer is a ledger as it is usually written: balances, keys, checks and row locks, but
no triggers, no hash chain and no shards (`bench/ledger_parts/scripts/peer.sql`). Afterwards all books are verified entry by entry."""


def _say(text: str) -> None:
    print(text, flush=True)
