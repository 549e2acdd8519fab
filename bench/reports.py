"""What sales reports cost: beside a longer history, beside pandas, and in memory."""

import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import machine
from bench.cluster import Cluster
from bench.in_django import Project
from bench.report import Figure, Result

SETTINGS = {
    "shared_buffers": "2GB",
    "work_mem": "64MB",
    "effective_cache_size": "8GB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "30min",
    "autovacuum": "off",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
"""Of the server. Nothing that is measured writes, so nothing need survive a power cut."""

SHORT, LONG, YEAR = "short", "long", "year"
"""Databases."""

OF_SHORT = 1.5
"""The most that thirty days may cost in the long history, of what they cost in the short one."""
OF_PANDAS = 0.2
"""The most of pandas' time that a year's report may take."""
MEMORY = 512
"""MiB that a year's report may take."""


@dataclass(frozen=True, slots=True)
class Size:
    """Lines of each history, and over how many days; ``rounds`` of thirty days in both, reports of the year."""

    histories: Mapping[str, tuple[int, int]]
    rounds: int
    years: int


FULL = Size(
    {SHORT: (100_000, 34), LONG: (10_000_000, 3_334), YEAR: (10_000_000, 365)}, rounds=5, years=3
)
QUICK = Size({SHORT: (100_000, 34), LONG: (300_000, 100), YEAR: (300_000, 365)}, rounds=2, years=1)

REPORT = "bench.reports_parts.report"


def main(quick: bool) -> int:
    size = QUICK if quick else FULL
    with _servers() as (cluster, folder):
        about = machine.describe(folder, cluster.psql("SHOW server_version"))
        _say(f"{about}\nServer: {', '.join(f'{k}={v}' for k, v in SETTINGS.items())}")
        projects = {name: Project(cluster.url(name), folder / name) for name in size.histories}
        made = _made(cluster, projects, size)
        figures = [*_thirty_days(projects, size), *_year(projects[YEAR], size)]
    return _result(quick, about, figures, made).conclude()


@contextmanager
def _servers() -> Iterator[tuple[Cluster, Path]]:
    """A database server in a folder, and that folder's parent for what else is written."""
    with tempfile.TemporaryDirectory(prefix="mercat-bench-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)  # PostgreSQL does not run as root: its user must get through here
        with Cluster(folder / "postgresql", **SETTINGS) as cluster:
            yield cluster, folder


def _made(cluster: Cluster, projects: Mapping[str, Project], size: Size) -> dict[str, Any]:
    """All histories, side by side. How many lines each has, and what making it took."""

    def make(name: str) -> Any:
        lines, days = size.histories[name]
        cluster.psql(f"CREATE DATABASE {name} TEMPLATE template0")
        projects[name].migrate()
        projects[name].call("bench.reports_parts.opening")
        made = projects[name].call("bench.reports_parts.history", lines=lines, days=days)
        cluster.psql("VACUUM ANALYZE", name)
        _say(
            f"  {name}: {made['lines']:,} lines in {days} days; orders took {made['orders']:.0f} s, facts {made['facts']:.0f} s"
        )
        return made

    _say("Making the histories")
    with ThreadPoolExecutor() as pool:
        return dict(zip(projects, pool.map(make, projects), strict=True))


def _thirty_days(projects: Mapping[str, Project], size: Size) -> Iterator[Figure]:
    """In turns, so that a busy minute is both histories'."""
    took: dict[str, list[float]] = {SHORT: [], LONG: []}
    for number in range(1, size.rounds + 1):
        for name, times in took.items():
            found = projects[name].call(REPORT, days=30, engine="database", times=3)
            times.append(statistics.median(found["seconds"]) * 1000)
            _say(f"  round {number}: thirty days in the {name} history {times[-1]:.0f} ms")
    short, long = (statistics.median(took[name]) for name in (SHORT, LONG))
    ratio = statistics.median(b / a for a, b in zip(took[SHORT], took[LONG], strict=True))
    before, after = (_lines(size, name) for name in (SHORT, LONG))
    yield Figure(f"30 days of a history of {before} lines", short, "ms")
    label = f"30 days of a history of {after} lines"
    yield Figure(label, long, "ms", ratio, f"{before} lines", at_most=OF_SHORT)


def _year(project: Project, size: Size) -> Iterator[Figure]:
    """:raises AssertionError: the three do not agree."""
    lines = _lines(size, YEAR)
    began = time.monotonic()
    project.manage("export_facts")
    exported = time.monotonic() - began
    found = {
        engine: project.call(REPORT, days=365, engine=engine, times=size.years)
        for engine in ("database", "duckdb")
    }
    usual = project.call("bench.reports_parts.in_pandas", days=365)
    assert all(each["nets"] == usual["nets"] for each in found.values()), "They do not agree."
    pandas = usual["loading"] + usual["grouping"]
    _say(f"  pandas: {usual['loading']:.0f} s to load, {usual['grouping']:.0f} s to group")
    yield Figure(f"pandas, {lines} lines of a year", pandas, "s")
    for engine, bar in (("database", OF_PANDAS), ("duckdb", None)):
        value = statistics.median(found[engine]["seconds"])
        yield Figure(
            f"the year's report, {engine}", value, "s", value / pandas, "pandas", at_most=bar
        )
    yield Figure("exporting the year's facts, for duckdb", exported, "s")
    for engine, each in found.items():
        peak = each["peak"]
        label = f"peak memory of the year's report, {engine}"
        yield Figure(label, peak, "MiB", peak / MEMORY, f"{MEMORY} MiB", at_most=1)
    yield Figure("and of PostgreSQL's process", found["database"]["server"], "MiB")
    yield Figure("peak memory of pandas", usual["peak"], "MiB")


def _lines(size: Size, name: str) -> str:
    return f"{size.histories[name][0]:,}"


def _result(
    quick: bool, about: machine.Machine, figures: list[Figure], made: Mapping[str, Any]
) -> Result:
    return Result(
        name="reports",
        title="Sales reports",
        quick=quick,
        machine=about,
        settings=SETTINGS,
        figures=figures,
        rates="s",
        notes=[NOTE.format(**{name: f"{each['facts']:,.0f}" for name, each in made.items()})],
    )


NOTE = """Every part of a report, as JSON, without charts: summary, trend, categories, products, sellers, countries, hours, segments, cohorts and
pairs. Orders and lines are made by SQL, 3,000 lines a day in both histories, the longer one longer and not denser, and 27,397 a day in the year. Their facts are
added up by the statements that do so in the shop, which took {long} s for the long history and {year} s for the year, side by side. Thirty days are asked
for in a process of their own in turns, after a first report that is not counted; a ratio is the median of the rounds'. pandas reads the year's lines from PostgreSQL
(psycopg, 500,000 rows at a time, ids as categories), and is spared the pairs. It and both engines must agree on every category's net. PostgreSQL's memory is that of
the connection's own process beside shared buffers; its parallel workers have theirs."""


def _say(text: str) -> None:
    print(text, flush=True)
