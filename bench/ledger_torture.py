"""Every way of hurting the ledger, on SQLite and on a PostgreSQL of our own: 5 to 8 minutes.

``bench/torture`` says how. Misses its bar when anything is lost, doubled or out of balance, or when
the positive control does not notice a loss.
"""

import time
from collections.abc import Iterator

from bench.cluster import ServerNotFound
from bench.torture import report
from bench.torture.client import Torture
from bench.torture.outcome import Outcome


def main(quick: bool) -> int:  # as all benchmarks are called
    """Print the report; 1 if there is any fault. ``quick`` is one crash each, half a second of load."""
    print(report.head(), flush=True)
    began = time.monotonic()
    outcomes = [
        one for engine in ("sqlite", "postgresql") for one in _suffered(engine, quick=quick)
    ]
    print("\n" + report.last(outcomes, time.monotonic() - began))
    return int(any(one.faults for one in outcomes))


def _suffered(engine: str, *, quick: bool) -> Iterator[Outcome]:
    try:
        torture = Torture(engine)
    except ServerNotFound as reason:
        print(f"{engine}: skipped, {reason}")
        return
    with torture:
        for case in torture.cases:
            began = time.monotonic()
            outcome = torture.run(case, quick=quick)
            print(report.line(engine, outcome, time.monotonic() - began), flush=True)
            yield outcome
