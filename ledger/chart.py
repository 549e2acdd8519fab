"""The chart of accounts: what each account that the ledger itself names is, by code.

Other apps keep a module of such functions for theirs.
"""

from dataclasses import dataclass
from uuid import UUID

from ledger.models import Account


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """What an account is. Posting to it opens it; an account that exists must agree.

    ``min_balance`` is in minor units, None for no floor. ``tier`` is 1 where many transactions
    meet, so that those accounts are locked last and shortest. ``owner_id`` is a person's.
    """

    code: str
    kind: str
    currency: str
    min_balance: int | None = 0
    tier: int = 0
    owner_id: UUID | None = None


def wallet(user_id: UUID, currency: str) -> AccountSpec:
    """What a person can spend."""
    code = f"user:{user_id.hex}:available:{currency}"
    return AccountSpec(code, Account.Kind.WALLET, currency, owner_id=user_id)


def funding(currency: str) -> AccountSpec:
    """Where money enters from and leaves to the outside; as far below zero as is inside."""
    code = f"platform:funding:{currency}"
    return AccountSpec(code, Account.Kind.CLEARING, currency, min_balance=None, tier=1)
