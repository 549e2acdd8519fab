"""Facts to Parquet, month by month, so that memory stays small however long the history is."""

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

from django.db import connection
from django.db.models import Max, Min, Model

from analytics.engines.duck import connected
from analytics.engines.exports import CONTENTS, EXPORTED, NEWEST, Export, columns_of, latest
from analytics.models import PairFact
from analytics.queries.days import following
from core.snapshots import snapshot

CHUNK = 10_000
"""Rows that Python has in its hands at once, where the database cannot write files itself."""

KEPT = 2
"""Exports: the newest, and the one before it, which reports may still be reading."""

UNFINISHED = ".part"

Step = Callable[[int, int], None]


def export_facts(exports: Path, *, at: datetime, on_step: Step = lambda _done, _of: None) -> Export:
    """Write all facts, as of one moment, into a new folder of ``exports``, then make it the newest.

    Whoever reads meanwhile reads the one before. Interrupted, it leaves that one as it is.
    ``on_step`` is told how many files are done, and of how many.
    """
    folder = exports / f"{at:%Y%m%dT%H%M%S%fZ}{UNFINISHED}"
    folder.mkdir(parents=True)
    try:
        with snapshot():
            rows = _write_all(folder, on_step)
        contents = {"made_at": at.isoformat(), "rows": rows}
        (folder / CONTENTS).write_text(json.dumps(contents, indent=2) + "\n")
        _publish(folder.rename(folder.with_suffix("")))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _clear(exports)
    return latest(exports)


def _write_all(folder: Path, on_step: Step) -> dict[str, int]:
    steps = [(name, month) for name, fact in EXPORTED.items() for month in _months(fact)]
    rows = dict.fromkeys(EXPORTED, 0)
    for done, (name, month) in enumerate(steps):
        on_step(done, len(steps))
        rows[name] += _write_month(folder / name / f"month={month}", EXPORTED[name], month)
    on_step(len(steps), len(steps))
    return rows


def _months(fact: type[Model]) -> Iterator[date]:
    """From the first to the last that there are facts of."""
    day = _calendar(fact)
    ends = fact._default_manager.aggregate(first=Min(day), last=Max(day))  # noqa: SLF001  # Django's documented Model API
    month = ends["first"] and ends["first"].replace(day=1)
    while month and month <= ends["last"]:
        yield month
        month = following(month)


def _calendar(fact: type[Model]) -> str:
    """The column that says when."""
    return "month" if fact is PairFact else "day"


def _write_month(folder: Path, fact: type[Model], month: date) -> int:
    """By way of a CSV file, which every database writes fast and DuckDB reads in parallel."""
    folder.mkdir(parents=True)
    lines = folder / "facts.csv"
    day = _calendar(fact)
    _dump(
        f"SELECT {', '.join(columns_of(fact))} FROM {fact._meta.db_table}"  # noqa: S608, SLF001  # ours
        f" WHERE {day} >= '{month}' AND {day} < '{following(month)}' ORDER BY {day}",
        lines,
    )
    rows = _convert(lines, fact)
    lines.unlink()
    return rows


def _dump(select: str, path: Path) -> None:
    if connection.vendor == "postgresql":
        copy = f"COPY ({select}) TO STDOUT (FORMAT csv)"
        with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(copy) as rows:
            file.writelines(rows)
        return
    with path.open("w", newline="") as text, connection.cursor() as cursor:
        cursor.execute(select)
        while chunk := cursor.fetchmany(CHUNK):
            csv.writer(text).writerows(chunk)


def _convert(lines: Path, fact: type[Model]) -> int:
    """Ids become texts, because not all that reads Parquet has ids. Returns how many rows there are."""
    columns = columns_of(fact)
    stored = ", ".join(
        f"CAST({name} AS VARCHAR) AS {name}" if kind == "UUID" else name
        for name, kind in columns.items()
        if name != "month"  # the folder's name says it
    )
    texts = [name for name, kind in columns.items() if kind == "VARCHAR"]
    with connected() as duck:
        (rows,) = duck.execute(
            f"COPY (SELECT {stored} FROM read_csv('{lines}', header = false, auto_detect = false,"  # noqa: S608  # ours
            f" columns = {columns}, force_not_null = {texts})) TO '{lines.with_suffix('.parquet')}' (FORMAT parquet, COMPRESSION zstd)"
        ).fetchall()[0]
    return int(rows)


def _publish(folder: Path) -> None:
    """In one step: a link is exchanged."""
    link = folder.with_suffix(".link")
    link.symlink_to(folder.name)
    link.replace(folder.parent / NEWEST)


def _clear(exports: Path) -> None:
    """Whatever is older than what is kept, finished or not. Names are times."""
    folders = sorted(each for each in exports.iterdir() if each.is_dir() and not each.is_symlink())
    whole = [each for each in folders if each.suffix != UNFINISHED]
    for each in folders:
        if each < whole[-KEPT:][0]:
            shutil.rmtree(each)
