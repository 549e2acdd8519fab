"""Transactions as the bytes that they are hashed as, read past every model: whatever stands in a
column, though no datetime or number could hold it, is read and differs from what stood there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from ledger.canonical import pack, transaction_digest
from ledger.dialects import DIALECTS, Bytes, Columns

HEADER = {
    "id": "uuid",
    "kind": "text",
    "idem_scope": "text",
    "idem_key": "text",
    "fingerprint": "text",
    "lines": "text",
    "reverses_id": "uuid",
    "effective_at": "instant",
    "recorded_at": "instant",
    "actor_id": "uuid",
    "reason": "text",
    "metadata": "json",
}
HASHED = {
    "account_seq": "text",
    "transaction_id": "uuid",
    "line_no": "text",
    "lines": "text",
    "currency": "text",
    "amount": "text",
    "balance_after": "text",
    "recorded_at": "instant",
}
"""What an entry's hash is over, behind the code of its account and in this order."""
ENTRY = HASHED | {"id": "text", "account_id": "text", "entry_hash": "hash"}
HOLD = {
    "placed_by_id": "uuid",
    "id": "uuid",
    "wallet_id": "text",
    "held_id": "text",
    "amount": "text",
    "purpose": "text",
    "reference": "text",
    "expires_at": "instant",
    "created_at": "instant",
}
RESOLUTION = {
    "transaction_id": "uuid",
    "hold_id": "uuid",
    "kind": "text",
    "captured": "text",
    "resolved_at": "instant",
}
IDENTITY = {"id": "text", "code": "text", "kind": "text", "owner_id": "uuid", "currency": "text"}
"""What never changes of an account, and is sealed with each transaction on it."""

SEAL = {
    "number": "text",
    "previous_hash": "hash",
    "sealed_until": "instant",
    "sealed_at": "instant",
    "key_id": "text",
    "count": "text",
    "root_hash": "hash",
    "signature": "hash",
}
MEMBER = {"seal_id": "text", "position": "text", "transaction_id": "uuid", "digest": "hash"}

SELECTS = {
    "header": ("t", HEADER, "FROM ledger_transaction t WHERE t.id {among}"),
    "hold": ("h", HOLD, "FROM ledger_hold h WHERE h.placed_by_id {among} ORDER BY h.id"),
    "resolution": (
        "r",
        RESOLUTION,
        "FROM ledger_holdresolution r WHERE r.transaction_id {among} ORDER BY r.hold_id",
    ),
}
ENTRIES = """
SELECT {entry}, (SELECT {previous} FROM ledger_entry p
                  WHERE p.account_id = e.account_id AND p.account_seq = e.account_seq - 1)
  FROM ledger_entry e WHERE e.transaction_id {among} ORDER BY e.line_no, e.id
"""
ACCOUNTS = "FROM ledger_account a WHERE a.id {among}"
CHAINS = """
SELECT {entry}, {account} FROM ledger_entry e LEFT JOIN ledger_account a ON a.id = e.account_id
 ORDER BY e.account_id, e.account_seq
"""


ACCOUNT_ID = list(ENTRY).index("account_id")


class EntryRow(NamedTuple):
    """An entry; ``previous`` is the hash of the one before it on its account, None for none."""

    account_seq: Bytes
    transaction_id: Bytes
    line_no: Bytes
    lines: Bytes
    currency: Bytes
    amount: Bytes
    balance_after: Bytes
    recorded_at: Bytes
    id: Bytes
    account_id: Bytes
    entry_hash: Bytes
    previous: Bytes
    code: Bytes
    identity: bytes

    @property
    def hashed(self) -> list[bytes]:
        return [part or b"" for part in (self.code, *self[:8])]


class ChainRow(NamedTuple):
    """An entry beside what its account says of it."""

    account_seq: Bytes
    transaction_id: Bytes
    line_no: Bytes
    lines: Bytes
    currency: Bytes
    amount: Bytes
    balance_after: Bytes
    recorded_at: Bytes
    id: Bytes
    account_id: Bytes
    entry_hash: Bytes
    code: Bytes
    account_currency: Bytes
    min_balance: Bytes

    @property
    def hashed(self) -> list[bytes]:
        return [part or b"" for part in (self.code, *self[:8])]


class SealRow(NamedTuple):
    """A seal; the first five are what its root is over, besides its members."""

    number: Bytes
    previous_hash: Bytes
    sealed_until: Bytes
    sealed_at: Bytes
    key_id: Bytes
    size: Bytes
    root_hash: Bytes
    signature: Bytes

    @property
    def signed(self) -> Sequence[Bytes]:
        return self[:5]


class MemberRow(NamedTuple):
    seal_id: Bytes
    position: Bytes
    transaction_id: Bytes
    digest: Bytes


@dataclass(slots=True)
class Original:
    """What is recorded of one transaction."""

    header: Sequence[Bytes] | None = None
    entries: list[EntryRow] = field(default_factory=list)
    holds: list[Sequence[Bytes]] = field(default_factory=list)
    resolutions: list[Sequence[Bytes]] = field(default_factory=list)

    @property
    def lines(self) -> int:
        """How many entries its header speaks of."""
        return whole(self.header[5]) if self.header else 0

    @property
    def recorded_at(self) -> int:
        """Microseconds since 1970."""
        return whole(self.header[8]) if self.header else -1

    def digest(self) -> bytes:
        """Over all columns: an entry's are in its hash, which has to be checked on its own."""
        entries = [(entry.id, entry.identity, entry.entry_hash) for entry in self.entries]
        header = [self.header] if self.header else []
        return transaction_digest(header, entries, self.holds, self.resolutions)


def originals(transactions: Sequence[UUID]) -> dict[UUID, Original]:
    """Everything recorded of ``transactions``, a thousand or so, in five queries."""
    found = {pk: Original() for pk in transactions}
    for row in _rows("header", transactions):
        found[_uuid(row[0])].header = row
    for row in _rows("hold", transactions):
        found[_uuid(row[0])].holds.append(row)
    for row in _rows("resolution", transactions):
        found[_uuid(row[0])].resolutions.append(row)
    for entry in _entries(transactions):
        found[_uuid(entry.transaction_id)].entries.append(entry)
    return found


def chain_rows() -> Iterator[ChainRow]:
    """All entries, account by account and in the order of their numbers there, streamed."""
    dialect = DIALECTS[connection.vendor]
    account = {"code": "text", "currency": "text", "min_balance": "text"}
    sql = CHAINS.format(entry=dialect.select("e", ENTRY), account=dialect.select("a", account))
    return (ChainRow(*row) for row in dialect.read(sql, [*ENTRY.values(), *account.values()], []))


def seal_rows(first: int, limit: int) -> list[SealRow]:
    """From number ``first`` on, in order."""
    sql = f"FROM ledger_seal s WHERE s.number >= %s ORDER BY s.number LIMIT {limit:d}"
    return [SealRow(*row) for row in _read("s", SEAL, sql, [first])]


def member_rows(first: int, last: int) -> Iterator[MemberRow]:
    """Those of seals ``first`` to ``last``, in order, streamed."""
    sql = (
        "FROM ledger_sealmember m WHERE m.seal_id BETWEEN %s AND %s ORDER BY m.seal_id, m.position"
    )
    return (MemberRow(*row) for row in _read("m", MEMBER, sql, [first, last]))


def unsealed() -> Iterator[Bytes]:
    """Transactions in no seal, in the order of recording, streamed."""
    sql = """
      FROM ledger_transaction t
     WHERE NOT EXISTS (SELECT 1 FROM ledger_sealmember m WHERE m.transaction_id = t.id)
     ORDER BY t.recorded_at, t.id
    """
    return (pk for (pk,) in _read("t", {"id": "uuid"}, sql, []))


def whole(value: Bytes) -> int:
    """A number that counts something; what is none is -1."""
    return int(value) if value and value.isdigit() else -1


def _rows(table: str, transactions: Sequence[UUID]) -> Iterator[Sequence[Bytes]]:
    alias, columns, rest = SELECTS[table]
    dialect = DIALECTS[connection.vendor]
    return _read(alias, columns, rest.format(among=dialect.among), [dialect.ids(transactions)])


def _read(
    alias: str, columns: Columns, rest: str, parameters: Sequence[Any]
) -> Iterator[tuple[Bytes, ...]]:
    dialect = DIALECTS[connection.vendor]
    sql = f"SELECT {dialect.select(alias, columns)} {rest}"
    return dialect.read(sql, columns.values(), parameters)


def _entries(transactions: Sequence[UUID]) -> Iterator[EntryRow]:
    dialect = DIALECTS[connection.vendor]
    previous = dialect.select("p", {"entry_hash": "hash"})
    sql = ENTRIES.format(entry=dialect.select("e", ENTRY), previous=previous, among=dialect.among)
    rows = list(dialect.read(sql, [*ENTRY.values(), "hash"], [dialect.ids(transactions)]))
    known = _accounts({row[ACCOUNT_ID] for row in rows})
    for row in rows:
        code, identity = known.get(row[ACCOUNT_ID], (None, b""))
        yield EntryRow._make((*row, code, identity))


def _accounts(ids: Iterable[Bytes]) -> dict[Bytes, tuple[Bytes, bytes]]:
    """Code and identity by id."""
    dialect = DIALECTS[connection.vendor]
    numbers = [int(value) for value in ids if value and value.isdigit()]
    rest = ACCOUNTS.format(among=dialect.among)
    rows = _read("a", IDENTITY, rest, [dialect.ids(numbers)])
    return {row[0]: (row[1], pack([part or b"" for part in row])) for row in rows}


def _uuid(value: Any) -> UUID:
    return UUID(bytes=value)
