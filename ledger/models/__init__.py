"""Whose money it is: accounts, the transactions and entries that moved it, and the holds on it.

Amounts are signed BIGINT minor units, credit-positive: ``amount > 0`` is more for the holder.
Rows of the books are written by ``ledger.services`` alone; ``triggers/`` holds everyone else to the
same rules.
"""

from ledger.models.books import EMPTY_HASH, Account, Entry, Transaction, TransactionQuerySet
from ledger.models.holds import Hold, HoldResolution
from ledger.models.limits import SpendingLimit
from ledger.models.periods import PeriodClose
from ledger.models.rates import ExchangeQuote, ExchangeRate
from ledger.models.reversal_requests import ReversalRequest
from ledger.models.schedules import ScheduledRun, ScheduledTransfer
from ledger.models.seals import Seal, SealMember
from ledger.models.wallet_requests import WalletRequest

__all__ = [
    "EMPTY_HASH",
    "Account",
    "Entry",
    "ExchangeQuote",
    "ExchangeRate",
    "Hold",
    "HoldResolution",
    "PeriodClose",
    "ReversalRequest",
    "ScheduledRun",
    "ScheduledTransfer",
    "Seal",
    "SealMember",
    "SpendingLimit",
    "Transaction",
    "TransactionQuerySet",
    "WalletRequest",
]
