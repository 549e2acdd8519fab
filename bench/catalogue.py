"""How fast the catalogue answers: beside its own SQL without a framework, and an async service as usually written."""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench import machine
from bench.catalogue_parts import (
    agreement,
    environment,
    growth,
    latencies,
    mix,
    questions,
    rates,
    servers,
)
from bench.catalogue_parts.questions import Facts, Question
from bench.catalogue_parts.servers import Shop, Store
from bench.cluster import Cluster
from bench.in_django import Project
from bench.report import Figure, Result

SETTINGS = {
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
"""Of the server, the same for all. Nothing that is measured writes."""

SEED = 1
SMALL, BIG = "small", "big"
"""Databases, and those of Redis are numbered after them."""
SEEDED_WITHIN = 60
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Size:
    """``products`` in one catalogue and ``factor`` times as many in the other; ``seconds`` of each turn
    in each round; ``every`` how manieth search the peer is asked, ``asked`` of one page or list."""

    products: int
    factor: int
    rounds: int
    seconds: float
    searches: int
    every: int
    asked: int


FULL = Size(products=100_000, factor=10, rounds=3, seconds=10, searches=600, every=5, asked=100)
QUICK = Size(products=3_000, factor=2, rounds=1, seconds=2, searches=60, every=3, asked=10)

CHANGE = "INSERT INTO catalog_cataloguechange VALUES (pg_current_xact_id()::text::bigint, 1)"
"""As the triggers note one, see ``catalog.versions``."""


@dataclass(frozen=True, slots=True)
class Contenders:
    mercat: Shop
    big: Shop
    floor: Shop
    peer: Shop


def main(quick: bool) -> int:
    if missing := environment.missing():
        print(f"Not installed. On Debian and Ubuntu: apt-get install {' '.join(missing)}")
        return 1
    size = QUICK if quick else FULL
    environment.prepare()
    with _servers() as (cluster, folder):
        about = machine.describe(folder, cluster.psql("SHOW server_version"))
        _say(f"{about}\nServer: {', '.join(f'{k}={v}' for k, v in SETTINGS.items())}")
        facts, same, seeding = _filled(cluster, folder, size)
        with _contenders(cluster, folder) as (shops, cache):
            found = questions.searches(facts, size.searches)
            _agree(shops, facts, found)
            arena = rates.Arena(cache, facts, folder, size.rounds, size.seconds, _say)
            figures = [
                seeding,
                *_rates(arena, shops),
                *_latencies(cluster, shops, cache, found, size),
                *_growth(shops, cache, same, size),
                *mix.figures(shops.mercat, facts, found, 2 * size.seconds, folder),
            ]
    notes = [NOTE.format(size=size), QUIET.format(busy=statistics.median(arena.busy))]
    return _result(quick, about, figures, notes).conclude()


@contextmanager
def _servers() -> Iterator[tuple[Cluster, Path]]:
    """A database server in a folder, and that folder's parent for what else is written."""
    with tempfile.TemporaryDirectory(prefix="mercat-bench-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)  # PostgreSQL does not run as root: its user must get through here
        with Cluster(folder / "postgresql", **SETTINGS) as cluster:
            yield cluster, folder


def _project(cluster: Cluster, folder: Path, database: str) -> Project:
    return Project(cluster.url(database), folder / f"{database}-var")


def _filled(cluster: Cluster, folder: Path, size: Size) -> tuple[Facts, Facts, Figure]:
    """Facts of the catalogue, and of the part of it that is the same in the larger one; how long it took."""
    _say(f"Seeding {size.products:,} products")
    cluster.psql(f"CREATE DATABASE {SMALL}")
    small = _project(cluster, folder, SMALL)
    small.migrate()
    began = time.monotonic()
    small.manage("seed_catalog", f"--products={size.products}", f"--seed={SEED}")
    took = time.monotonic() - began
    small.call("bench.catalogue_parts.settled")
    cluster.psql("VACUUM (ANALYZE)", SMALL)
    facts: Facts = small.call("bench.catalogue_parts.facts", seed=SEED)
    seeding = latencies.within(f"seeding {size.products:,} products", took, SEEDED_WITHIN, "s")
    return facts, _grown(cluster, folder, facts, size), seeding


def _grown(cluster: Cluster, folder: Path, facts: Facts, size: Size) -> Facts:
    copies = size.products * (size.factor - 1)
    _say(f"Copying {copies:,} of them")
    cluster.psql(f"CREATE DATABASE {BIG} TEMPLATE {SMALL}")
    big = _project(cluster, folder, BIG)
    words = questions.rare_words(facts)
    own = big.call("bench.catalogue_parts.grown", seed=SEED, copies=copies, words=words)
    big.migrate()
    big.call("bench.catalogue_parts.settled")
    big.manage("check_rollups")
    cluster.psql("VACUUM (ANALYZE)", BIG)
    return {**facts, **own}


@contextmanager
def _contenders(cluster: Cluster, folder: Path) -> Iterator[tuple[Contenders, Store]]:
    """All of them run all the time, and wait while they are not asked."""
    small, big = cluster.url(SMALL), cluster.url(BIG)
    with ExitStack() as stack:
        cache = stack.enter_context(servers.store(folder))
        yield (
            Contenders(
                mercat=stack.enter_context(servers.mercat("Mercat", small, cache, 0, folder)),
                big=stack.enter_context(servers.mercat("Mercat-big", big, cache, 1, folder)),
                floor=stack.enter_context(servers.floor(small, folder)),
                peer=stack.enter_context(servers.peer(small, cache, 2, folder)),
            ),
            cache,
        )


def _agree(shops: Contenders, facts: Facts, found: Sequence[Question]) -> None:
    """:raises bench.catalogue_parts.agreement.Disagreement: there is nothing to compare."""
    asked = [questions.hot(facts), *questions.lists(facts, seed=-1, count=40)]
    agreement.check(shops.mercat, [shops.floor, shops.peer], asked)
    agreement.check_stats(shops.mercat, shops.peer)
    _say(f"All contenders answer {len(asked)} lists alike, and Mercat and the peer all figures")


def _rates(arena: rates.Arena, shops: Contenders) -> Iterator[Figure]:
    yield from rates.misses(arena, shops.mercat, shops.floor, shops.peer)
    yield from rates.hits(arena, shops.mercat, shops.peer)


def _latencies(
    cluster: Cluster,
    shops: Contenders,
    cache: Store,
    found: Sequence[Question],
    size: Size,
) -> Iterator[Figure]:
    place = size.products * 95 // 100 // latencies.LIMIT * latencies.LIMIT
    with psycopg.connect(cluster.url(SMALL), autocommit=True) as changing:
        bench = latencies.Bench(cache, size.rounds, _say, lambda: changing.execute(CHANGE))
        yield from latencies.searches(bench, shops.mercat, shops.peer, found, size.every)
        yield latencies.depth(bench, shops.mercat, _newest(cluster, place), place, size.asked)
        yield from latencies.stats(bench, shops.mercat, shops.peer, max(1, size.asked // 10))


def _newest(cluster: Cluster, place: int) -> dict[str, str]:
    """The ``place``-th newest product; all of them are published."""
    read = "SELECT json_build_object('created_at', created_at, 'id', id) FROM catalog_product"
    newest = f"{read} ORDER BY created_at DESC, id DESC OFFSET {place - 1} LIMIT 1"
    row: dict[str, str] = json.loads(cluster.psql(newest, SMALL))
    return row


def _growth(shops: Contenders, cache: Store, same: Facts, size: Size) -> Iterator[Figure]:
    cache.flush()
    lists = questions.shelves(same, 3 * size.asked)
    found = questions.searches_for(same["words"])
    many = f"{size.products * size.factor:,} products"
    yield from growth.figure(f"list of {many}", shops.mercat, shops.big, lists, 1.3)
    yield from growth.figure(f"search of {many}", shops.mercat, shops.big, found, 2.0)


def _result(
    quick: bool, about: machine.Machine, figures: Sequence[Figure], notes: Sequence[str]
) -> Result:
    return Result(
        name="catalogue",
        title="Answering for the catalogue",
        quick=quick,
        machine=about,
        settings=SETTINGS,
        figures=figures,
        rates=rates.UNIT,
        notes=notes,
    )


QUIET = """Before the turns of the first rows, other work kept {busy:.0%} of the processors busy (median): the more, the less the figures mean."""

NOTE = """{size.products:,} products, and {size.factor} times as many in a second catalogue. Mercat is gunicorn as the container starts it, with
production's settings, all middleware, and Redis. The floor is the same list as hand-written SQL in a bare WSGI application under the same gunicorn; the
peer is FastAPI with SQLAlchemy, asyncpg and answers cached in Redis. Two workers each, one database, the same indexes. wrk drives, over connections that
are kept, 16 clients for {size.seconds:g} s in each of {size.rounds} rounds of the first rows and 4 clients in the mix; else it is one client's time. Before anything is
measured, contenders have to give the same answers. \"Cold\" and \"miss\" mean that the answer is in no cache of answers; the database's pages are in memory."""


def _say(text: str) -> None:
    print(text, flush=True)
