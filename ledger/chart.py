"""The chart of accounts: what each account that the ledger itself names is, by code.

Other apps keep a module of such functions for theirs.
"""

from dataclasses import dataclass, replace
from uuid import UUID
from zlib import crc32

from ledger.models import Account

HOT = 1
"""Tier of accounts where many transactions meet: they are locked last, and so for the shortest."""

SHARDS = 16
"""Rows over which a hot account is spread; more than four times the writers of a small server."""


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """What an account is. Posting to it opens it; an account that exists must agree.

    ``min_balance`` is in minor units, None for no floor. ``owner_id`` is a person's. Of several
    ``shards``, rows with codes ``code#0``, ``code#1``, ..., a transaction's key chooses one, so that
    writers do not queue; its balance is the sum of theirs, and so it cannot have a floor.
    """

    code: str
    kind: str
    currency: str
    min_balance: int | None = 0
    tier: int = 0
    owner_id: UUID | None = None
    shards: int = 1

    def __post_init__(self) -> None:
        if self.shards > 1 and self.min_balance is not None:
            raise ValueError("The shards of an account cannot keep a common floor.")

    @classmethod
    def of(cls, account: Account) -> "AccountSpec":
        """What a row of the books is; of a shard, that shard alone."""
        return cls(
            code=account.code,
            kind=account.kind,
            currency=account.currency,
            min_balance=account.min_balance,
            tier=account.tier,
            owner_id=account.owner_id,
        )

    def row_for(self, key: str) -> "AccountSpec":
        """The row that a transaction of ``key`` is posted to: itself, or always the same shard."""
        if self.shards == 1:
            return self
        return replace(self, code=f"{self.code}#{crc32(key.encode()) % self.shards}", shards=1)


def shard_codes(code: str) -> list[str]:
    """Codes that rows of account ``code`` may have."""
    return [code, *(f"{code}#{number}" for number in range(SHARDS))]


def wallet(user_id: UUID, currency: str) -> AccountSpec:
    """What a person can spend."""
    code = f"user:{user_id.hex}:available:{currency}"
    return AccountSpec(code, Account.Kind.WALLET, currency, owner_id=user_id)


def held(user_id: UUID, currency: str) -> AccountSpec:
    """What is set aside of a person's money: the sum of their open holds."""
    code = f"user:{user_id.hex}:held:{currency}"
    return AccountSpec(code, Account.Kind.HELD, currency, owner_id=user_id)


def funding(currency: str) -> AccountSpec:
    """Where money enters from and leaves to the outside; as far below zero as is inside."""
    return hot(f"platform:funding:{currency}", Account.Kind.CLEARING, currency)


def clearing(provider: str, currency: str) -> AccountSpec:
    """What a payment provider holds of ours: as far below zero as it has taken in for us."""
    return hot(f"provider:{provider}:clearing:{currency}", Account.Kind.CLEARING, currency)


def fx(currency: str) -> AccountSpec:
    """The platform's side of exchanges: above zero what it bought of a currency, below what it sold."""
    return hot(f"platform:fx:{currency}", Account.Kind.FX, currency)


def hot(code: str, kind: str, currency: str) -> AccountSpec:
    """An account of the platform's without a floor, which most transactions touch."""
    return AccountSpec(code, kind, currency, min_balance=None, tier=HOT, shards=SHARDS)
