"""Is everything as it was sealed? Seal by seal, from the rows and the public keys alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from ledger.anchor import AnchorUnreadable, Head, anchored
from ledger.canonical import chained, seal_root
from ledger.dialects import by_index
from ledger.keys import PublicKey
from ledger.models import EMPTY_HASH, SealMember, Transaction
from ledger.originals import (
    EntryRow,
    MemberRow,
    Original,
    SealRow,
    member_rows,
    originals,
    seal_rows,
    unsealed,
    whole,
)

LAST = 2**63 - 1

AT_ONCE = 1_000
"""Transactions that are in memory at a time, a seal being the least."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The first row that is not what it was: ``what`` is changed, missing, added or reordered.

    Of the rest is set what is known: 0 and "" stand for "not that".
    """

    what: str
    detail: str
    seal: int = 0
    transaction: UUID | None = None
    account: str = ""
    entry: int | str = 0

    def __str__(self) -> str:
        at = [
            f"seal {self.seal}" if self.seal else "",
            f"transaction {self.transaction}" if self.transaction else "",
            f"account {self.account}" if self.account else "",
            f"entry {self.entry}" if self.entry else "",
        ]
        return f"{self.what}: {', '.join(filter(None, at))}: {self.detail}"


@dataclass(slots=True)
class Verification:
    """One run over the seals from ``from_seal`` on, what is not sealed yet, and the accounts.

    ``next_seal`` is where a run that was interrupted can go on. ``advanced`` is called with the
    number of transactions that were verified since the last call.
    """

    keys: Mapping[str, PublicKey]
    from_seal: int = 1
    anchor: Path | None = None
    advanced: Callable[[int], object] = lambda _: None
    seals: int = 0
    transactions: int = 0
    entries: int = 0
    unsealed: int = 0
    anchored_to: int = 0
    next_seal: int = 0
    _previous: bytes | None = EMPTY_HASH
    _anchor: "Anchor" = field(init=False)

    def first(self) -> Finding | None:
        """The first finding; None if everything is as it was.

        Bounded memory; run it in a ``snapshot``.
        """
        try:
            return next(self._findings(), None)
        except AnchorUnreadable as error:
            return Finding("changed", f"the anchor: {error}", self.next_seal)

    def _findings(self) -> Iterator[Finding]:
        self._anchor = Anchor(self.anchor)
        self.next_seal = self.from_seal = max(self.from_seal, 1)
        yield from self._start()
        for chunk in _chunks(self.from_seal):
            yield from self._chunk(chunk)
        yield from self._end()
        yield from self._tail()
        yield from _strays()
        yield from _accounts()

    def _start(self) -> Iterator[Finding]:
        """A run that goes on takes the hash of the seal before, whose signature says that it is one."""
        if self.from_seal == 1:
            return
        before = seal_rows(self.from_seal - 1, 1)
        if not before or whole(before[0].number) != self.from_seal - 1:
            yield Finding("missing", "there is no such seal", self.from_seal - 1)
        else:
            self._previous = before[0].root_hash
            yield from self._signature(before[0])

    def _chunk(self, seals: Sequence[SealRow]) -> Iterator[Finding]:
        with by_index():
            rows = list(member_rows(self.next_seal, whole(seals[-1].number)))
            found = originals(_ids(one.transaction_id for one in rows))
        members = _by_seal(rows)
        for seal in seals:
            yield from self._seal(seal, members.get(whole(seal.number), []), found)

    def _seal(
        self, seal: SealRow, members: Sequence[MemberRow], found: Mapping[UUID, Original]
    ) -> Iterator[Finding]:
        number = whole(seal.number)
        if number != self.next_seal:
            yield Finding("missing", "there is no such seal", self.next_seal)
        if seal.previous_hash != self._previous:
            yield Finding("changed", "it does not go on from the seal before", number)
        yield from self._signature(seal)
        yield from self._anchor.differs(number, seal.root_hash)
        yield from _added(seal, members)
        yield from _members_differ(seal, members, found)
        yield from _root_differs(seal, members, found)
        self._previous, self.next_seal = seal.root_hash, number + 1
        self.seals += 1
        self._count(len(members), [found[pk] for pk in _ids(one.transaction_id for one in members)])

    def _signature(self, seal: SealRow) -> Iterator[Finding]:
        name = (seal.key_id or b"").decode(errors="replace")
        key = self.keys.get(name)
        if key is None:
            yield Finding(
                "changed", f"signed by key {name}, which is not trusted", whole(seal.number)
            )
        elif not key.has_signed(seal.root_hash or b"", seal.signature or b""):
            yield Finding("changed", "its signature is not over its root", whole(seal.number))

    def _count(self, transactions: int, found: Iterable[Original]) -> None:
        self.transactions += transactions
        self.entries += sum(len(original.entries) for original in found)
        self.advanced(transactions)

    def _end(self) -> Iterator[Finding]:
        """Nothing after the last seal, in the database or in the anchor."""
        beyond = chain(member_rows(-LAST, 0), member_rows(self.next_seal, LAST))
        for member in islice(beyond, 1):
            detail = "its members are there, the seal is not"
            yield Finding("missing", detail, whole(member.seal_id))
        yield from self._anchor.ahead(self.next_seal)
        self.anchored_to = self._anchor.last

    def _tail(self) -> Iterator[Finding]:
        """What is not sealed yet has its entries, and they are chained."""
        ids = unsealed()
        while page := list(islice(ids, AT_ONCE)):
            with by_index():
                found = originals(_ids(page))
            for pk, original in found.items():
                yield from _entries_differ(pk, original, 0)
            if len(found) < len(page):
                yield Finding("changed", "the id of a transaction that is not sealed is none")
            self.unsealed += len(page)
            self._count(len(page), found.values())


class Anchor:
    """The lines of an anchor file, read alongside the seals. Without a file it agrees with all."""

    def __init__(self, path: Path | None) -> None:
        self.last = 0
        self._lines = anchored(path) if path else iter(())
        self._read: Head | None = None

    def differs(self, number: int, root: bytes | None) -> Iterator[Finding]:
        line = self._from(number)
        if line and line.number == number:
            self.last = number
            if line.root_hash != (root or b"").hex():
                detail = f"the anchor has another root, {line.root_hash[:16]}...: it was rewritten"
                yield Finding("changed", detail, number)

    def ahead(self, number: int) -> Iterator[Finding]:
        """Seals from ``number`` on."""
        if line := self._from(number):
            detail = "the anchor has it, the database has not: an older copy, or cut off"
            yield Finding("missing", detail, line.number)

    def _from(self, number: int) -> Head | None:
        """The first line that is not before ``number``."""
        while self._read is None or self._read.number < number:
            self._read = next(self._lines, None)
            if self._read is None:
                return None
        return self._read


def _chunks(from_seal: int) -> Iterator[list[SealRow]]:
    """Seals in order, as many at a time as have ``AT_ONCE`` transactions together."""
    seals = seal_rows(from_seal, AT_ONCE)
    while seals:
        counts = accumulate(whole(seal.size) for seal in seals)
        fitting = sum(count <= AT_ONCE for count in counts) or 1
        yield seals[:fitting]
        seals = seals[fitting:] or seal_rows(whole(seals[-1].number) + 1, AT_ONCE)


def _by_seal(members: Iterable[MemberRow]) -> dict[int, list[MemberRow]]:
    found: dict[int, list[MemberRow]] = {}
    for member in members:
        found.setdefault(whole(member.seal_id), []).append(member)
    return found


def _ids(values: Iterable[bytes | None]) -> list[UUID]:
    return [UUID(bytes=value) for value in values if value and len(value) == 16]


def _members_differ(
    seal: SealRow, members: Sequence[MemberRow], found: Mapping[UUID, Original]
) -> Iterator[Finding]:
    number = whole(seal.number)
    for expected, member in enumerate(members, start=1):
        if whole(member.position) != expected:
            yield Finding("missing", f"there is no member {expected}", number)
        if not _ids([member.transaction_id]):
            yield Finding("changed", f"member {expected} names no transaction", number)
        for pk in _ids([member.transaction_id]):
            yield from _entries_differ(pk, found[pk], number)
            if found[pk].digest() != member.digest:
                detail = _whose_change(seal, members, found)
                yield Finding("changed", detail, number, pk)


def _whose_change(
    seal: SealRow, members: Sequence[MemberRow], found: Mapping[UUID, Original]
) -> str:
    """The root tells whether the member's digest is as it was, or the transaction."""
    digests = [found[pk].digest() for pk in _ids(one.transaction_id for one in members)]
    if seal_root(seal.signed, digests) == seal.root_hash:
        return "the seal's digest of it is not what was signed"
    return "its header, entries, holds or accounts are not what was sealed"


def _added(seal: SealRow, members: Sequence[MemberRow]) -> Iterator[Finding]:
    """Members behind those that were signed."""
    size = whole(seal.size)
    if 0 <= size < len(members) and _is_root(seal, members[:size]):
        for pk in _ids([members[size].transaction_id]):
            yield Finding("added", f"the seal had {size} members", whole(seal.number), pk)


def _root_differs(
    seal: SealRow, members: Sequence[MemberRow], found: Mapping[UUID, Original]
) -> Iterator[Finding]:
    number, size = whole(seal.number), whole(seal.size)
    if _is_root(seal, members):
        if len(members) != size:
            yield Finding("changed", f"it says that it has {size} members", number)
        return
    if len(members) < size:
        yield Finding("missing", f"there is no member {len(members) + 1}", number)
    recorded = sorted(members, key=lambda one: _recorded(one, found))
    if _is_root(seal, recorded):
        place = next(
            n for n, pair in enumerate(zip(members, recorded, strict=True)) if pair[0] != pair[1]
        )
        pk = UUID(bytes=members[place].transaction_id)
        yield Finding("reordered", f"it was not member {place + 1}", number, pk)
    detail = "its root is not over its columns and its members in order"
    yield Finding("changed", detail, number)


def _is_root(seal: SealRow, members: Sequence[MemberRow]) -> bool:
    return seal_root(seal.signed, [one.digest for one in members]) == seal.root_hash


def _recorded(member: MemberRow, found: Mapping[UUID, Original]) -> tuple[int, bytes]:
    """Members were sealed in the order of recording."""
    pk = member.transaction_id or b""
    return max([found[one].recorded_at for one in _ids([pk])], default=-1), pk


def _entries_differ(pk: UUID, original: Original, seal: int) -> Iterator[Finding]:
    """As many as its header says, each chained to the one before it on its account."""
    if original.header is None:
        yield Finding("missing", "there is no such transaction", seal, pk)
        return
    lines = original.lines
    for line_no, entry in enumerate(original.entries, start=1):
        code = (entry.code or b"?").decode(errors="replace")
        seq = (entry.account_seq or b"?").decode(errors="replace")
        if what := _entry_differs(entry, line_no):
            yield Finding(*what, seal, pk, code, seq)
        if line_no > lines:
            yield Finding("added", f"the transaction has {lines} entries", seal, pk, code, seq)
    if len(original.entries) < lines:
        detail = f"{len(original.entries)} of the transaction's {lines} entries are there"
        yield Finding("missing", detail, seal, pk)


def _entry_differs(entry: EntryRow, line_no: int) -> tuple[str, str] | None:
    first = entry.account_seq == b"1"
    previous = EMPTY_HASH if first else entry.previous
    if entry.code is None:
        return "missing", f"there is no account {(entry.account_id or b'').decode()}"
    if previous is None:
        return "missing", "the entry before it on its account is not there"
    if chained(previous, entry.hashed) != entry.entry_hash:
        return "changed", "its columns, or the entry before it, do not give its hash"
    if entry.line_no != b"%d" % line_no:
        return "missing", f"there is no line {line_no}"
    return None


STRAY = """
SELECT e.transaction_id, e.account_seq, a.code FROM ledger_entry e
  LEFT JOIN ledger_account a ON a.id = e.account_id
 WHERE NOT EXISTS (SELECT 1 FROM ledger_transaction t WHERE t.id = e.transaction_id)
 ORDER BY e.id LIMIT 1
"""


def _strays() -> Iterator[Finding]:
    """An entry that belongs to no transaction."""
    for transaction, seq, code in _rows(STRAY):
        pk = transaction if isinstance(transaction, UUID) else _uuid(transaction)
        yield Finding("added", "there is no such transaction", 0, pk, code or "?", seq)


ACCOUNTS = """
SELECT a.code, a.version,
       CASE WHEN n.id IS NOT NULL THEN 'it has entries after its version'
            WHEN a.version > 0 AND e.id IS NULL THEN 'its newest entry is missing'
            ELSE 'balance, version, time or hash are not those of its newest entry' END
  FROM ledger_account a
  LEFT JOIN ledger_entry e ON e.account_id = a.id AND e.account_seq = a.version
  LEFT JOIN ledger_entry n ON n.account_id = a.id AND n.account_seq = a.version + 1
 WHERE n.id IS NOT NULL
    OR (a.version = 0 AND (a.balance <> 0 OR a.last_at IS NOT NULL OR a.head_hash <> {empty}))
    OR (a.version <> 0 AND (e.id IS NULL OR e.balance_after <> a.balance
        OR e.recorded_at <> a.last_at OR a.last_at IS NULL OR e.entry_hash <> a.head_hash))
 ORDER BY a.id LIMIT 1
"""
EMPTY = {"postgresql": "decode(repeat('00', 32), 'hex')", "sqlite": "zeroblob(32)"}


def _accounts() -> Iterator[Finding]:
    """Cached balances are those of the last entries."""
    for code, version, detail in _rows(ACCOUNTS.format(empty=EMPTY[connection.vendor])):
        missing = detail.endswith("missing")
        yield Finding("missing" if missing else "changed", detail, account=code, entry=version)


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def to_verify(from_seal: int) -> int:
    """How many transactions a run from there has before it."""
    before = (
        SealMember.objects.filter(seal_id__lt=from_seal)
        if from_seal > 1
        else SealMember.objects.none()
    )
    return Transaction.objects.count() - before.count()
