"""What is measured, each contest answering how many transfers per second it came to."""

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.cluster import Cluster, ServerFailed
from bench.in_django import Project

SCRIPTS = Path(__file__).parent / "scripts"

CLIENTS, PROCESSES, BATCH, SHARDS = 8, 4, 50, 16

BOOKS, TPCB = "books", "tpcb"
"""Databases: the shop's with the peer's schema beside it, and pgbench's."""

YARDSTICK = "TPC-B"

RATE = re.compile(r"^tps = ([\d.]+) \(without initial", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Contest:
    """``run`` takes the round's number and its seconds, and answers transfers per second.

    ``bars`` are the least ratios of that rate to the rates of other contests, by their names.
    """

    name: str
    label: str
    run: Callable[[int, float], float]
    bars: Mapping[str, float] = field(default_factory=dict)


def contests(cluster: Cluster, project: Project) -> list[Contest]:
    """In the order in which each round runs them."""

    def script(name: str, shards: int = 0) -> Callable[[int, float], float]:
        return partial(pgbench_script, cluster, name, shards)

    return [
        Contest(YARDSTICK, "pgbench TPC-B", partial(pgbench_tpcb, cluster)),
        Contest("posting", "2 lines", script("transfer"), {YARDSTICK: 0.35, "peer": 0.5}),
        Contest("peer", "2 lines, simpler peer", script("peer")),
        Contest("shards", "3 lines, 16 hot shards", script("hot", shards=SHARDS), {YARDSTICK: 0.3}),
        Contest("hot", "3 lines, 1 hot account", script("hot", shards=1)),
        Contest(
            "batch", "3 lines, 1 hot account, batches of 50", script("batch"), {YARDSTICK: 0.6}
        ),
        Contest("Django", "2 lines, from Django", partial(callers, project), {YARDSTICK: 0.22}),
    ]


def pgbench_tpcb(cluster: Cluster, number: int, seconds: float) -> float:
    """Transactions per second of pgbench's own benchmark; ``number`` changes nothing."""
    return _rate(cluster, TPCB, seconds, [])


def pgbench_script(cluster: Cluster, name: str, shards: int, number: int, seconds: float) -> float:
    """Transfers per second of ``scripts/NAME.pgbench``, whose keys carry the round's ``number``."""
    path = SCRIPTS / f"{name}.pgbench"
    variables = {"round": number, "shards": shards, "n": 0}
    defined = [f"--define={key}={value}" for key, value in variables.items()]
    rate = _rate(cluster, BOOKS, seconds, ["--no-vacuum", f"--file={path}", *defined])
    return rate * (BATCH if name == "batch" else 1)


def callers(project: Project, number: int, seconds: float) -> float:
    """Transfers per second of processes that call the service; ``number`` changes nothing."""
    posted = project.call_together("bench.ledger_parts.caller", PROCESSES, seconds=seconds)
    return sum(map(int, posted)) / seconds


def _rate(cluster: Cluster, database: str, seconds: float, options: list[str]) -> float:
    """:raises ServerFailed: pgbench could not, with what it says."""
    command = [
        str(cluster.binary("pgbench")),
        f"--client={CLIENTS}",
        "--jobs=2",
        "--protocol=prepared",
        f"--time={seconds:.0f}",
        *options,
        cluster.url(database),
    ]
    ended = subprocess.run(  # noqa: S603  # PostgreSQL's own program
        command, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise ServerFailed(f"pgbench: {ended.stderr.strip()}")
    found = RATE.search(ended.stdout)
    assert found, ended.stdout
    return float(found[1])
