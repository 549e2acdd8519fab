"""Buying, paying and calling off, killed at every step, on SQLite and on a PostgreSQL of our own.

Cards are charged by a double of Stripe in a process of its own. Takes some ten minutes. Misses its
bar when an order is lost, doubled or half, or when money is not where orders and Stripe say.
"""

from bench.torture.suite import suffer


def main(quick: bool) -> int:  # as all benchmarks are called
    return suffer("checkout", quick=quick)
