"""Accounts that the benchmark moves money between, as ``scripts/`` name them."""

from ledger.chart import AccountSpec

ACCOUNTS = 10_000

OPENING_BALANCE = 1_000_000_000
"""Pence: so much that nobody runs out of it during a run."""


def wallet(number: int) -> AccountSpec:
    """``number`` is 1 to ``ACCOUNTS``."""
    return AccountSpec(f"bench:{number}", "wallet", "GBP")
