"""All cases of a suite, on every engine that is there, and what they come to."""

import time
from collections.abc import Iterator

from bench.cluster import ServerNotFound
from bench.torture import report
from bench.torture.client import Torture
from bench.torture.outcome import Outcome


def suffer(suite: str, *, quick: bool) -> int:
    """Print the report; 1 if there is any fault. ``quick`` is one crash each, half a second of load."""
    print(report.head(), flush=True)
    began = time.monotonic()
    engines = ("sqlite", "postgresql")
    outcomes = [one for engine in engines for one in _suffered(engine, suite, quick=quick)]
    print("\n" + report.last(outcomes, time.monotonic() - began))
    return int(any(one.faults for one in outcomes))


def _suffered(engine: str, suite: str, *, quick: bool) -> Iterator[Outcome]:
    try:
        torture = Torture(engine)
    except ServerNotFound as reason:
        print(f"{engine}: skipped, {reason}")
        return
    with torture:
        for case in torture.suites[suite]:
            began = time.monotonic()
            outcome = torture.run(case, quick=quick)
            print(report.line(engine, outcome, time.monotonic() - began), flush=True)
            yield outcome
