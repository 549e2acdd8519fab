"""The books in the back office: read-only for everybody, because history is not edited.

What may be done there is done by services, and asks for a reason. Importing a module registers its
pages with Django's admin.
"""

from ledger.admin import (
    accounts,
    holds,
    limits,
    periods,
    reversals,
    schedules,
    transactions,
    wallet_requests,
)

__all__ = [
    "accounts",
    "holds",
    "limits",
    "periods",
    "reversals",
    "schedules",
    "transactions",
    "wallet_requests",
]
