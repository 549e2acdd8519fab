"""Entries account by account, each held against the one before it, streamed."""

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.canonical import chained
from ledger.models import EMPTY_HASH
from ledger.originals import ChainRow, chain_rows

Break = tuple[str, str, str]
"""A rule, the code of the account, and the number of the entry on it."""

NO_NUMBER = -(2**100)
"""Stands for what is none, and agrees with nothing."""


@dataclass(slots=True)
class Chain:
    """An account after the entries that were seen."""

    account: bytes | None = None
    seq: int = 0
    balance: int = 0
    at: int = -(2**99)
    head: bytes = EMPTY_HASH

    def broken(self, row: ChainRow) -> list[str]:
        """Rules that ``row`` breaks as the next entry; then it is the last one."""
        seq, balance, at = map(_number, (row.account_seq, row.balance_after, row.recorded_at))
        broken = []
        if seq != self.seq + 1:
            broken.append("sequence without gaps")
        if balance != self.balance + _number(row.amount):
            broken.append("running balance")
        if at < self.at:
            broken.append("time does not go back")
        if row.currency != row.account_currency:
            broken.append("entry in its account's currency")
        if row.min_balance is not None and balance < _number(row.min_balance):
            broken.append("not below floor")
        if chained(self.head, row.hashed) != row.entry_hash:
            broken.append("hash chain")
        self.seq, self.balance, self.at, self.head = seq, balance, at, row.entry_hash or b""
        return broken


def chains() -> Iterator[Break]:
    """Breaks of the rules about entries, in the order of accounts."""
    chain = Chain()
    for row in chain_rows():
        if row.account_id != chain.account:
            chain = Chain(row.account_id)
            if row.code is None:
                yield "entries have an account", _text(row.account_id), ""
        broken = chain.broken(row)
        if broken and row.code is not None:
            yield from ((rule, _text(row.code), _text(row.account_seq)) for rule in broken)


def _number(value: bytes | None) -> int:
    try:
        return int(value or b"")
    except ValueError:
        return NO_NUMBER


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace")
