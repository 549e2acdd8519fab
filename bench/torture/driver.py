"""Runs cases, one at a time, each on a new database. Import it when the settings are known."""

import gc
import json
import shutil
import traceback
from pathlib import Path
from typing import IO

from bench.cluster import Cluster
from bench.torture.arena import Arena
from bench.torture.cases import CASES, SUITES
from bench.torture.outcome import Outcome, Unavailable
from bench.torture.stores import ServerStore, SqliteStore, Store


def serve(cluster: Cluster | None, folder: Path, requests: IO[str], answers: IO[str]) -> None:
    """First the names of the cases by suite, then an outcome per request, until they end."""
    store: Store = ServerStore(cluster) if cluster else SqliteStore(folder)
    store.prepare()
    gc.freeze()  # forked workers share our memory for as long as nobody touches it
    names = {suite: list(cases) for suite, cases in SUITES[store.engine].items()}
    print(json.dumps(names), file=answers, flush=True)
    for line in requests:
        outcome = _run(store, folder / "notes", **json.loads(line))
        print(outcome.dumps(), file=answers, flush=True)


def _run(store: Store, notes: Path, case: str, *, quick: bool) -> Outcome:
    outcome = Outcome(case)
    notes.mkdir()
    try:
        store.fresh()
        CASES[store.engine][case](Arena(store, notes, outcome, quick))
    except Unavailable as reason:
        outcome.skipped = str(reason)
    except Exception:  # noqa: BLE001  # whatever it is, it is for the report and the next case runs
        outcome.broken.append(traceback.format_exc())
    finally:
        shutil.rmtree(notes)
    return outcome
