"""Does everything that the books promise hold? Read from the rows, whatever the guards say."""

from ledger.verification.invariants import Check, Discrepancy, all_checks, broken, discrepancies
from ledger.verification.sealed import Finding, Verification, to_verify
from ledger.verification.snapshots import snapshot

__all__ = [
    "Check",
    "Discrepancy",
    "Finding",
    "Verification",
    "all_checks",
    "broken",
    "discrepancies",
    "snapshot",
    "to_verify",
]
