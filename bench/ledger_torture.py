"""Every way of hurting the ledger, on SQLite and on a PostgreSQL of our own: 5 to 8 minutes.

``bench/torture`` says how. Misses its bar when anything is lost, doubled or out of balance, or when
the positive control does not notice a loss.
"""

from bench.torture.suite import suffer


def main(quick: bool) -> int:  # as all benchmarks are called
    return suffer("ledger", quick=quick)
