"""Bytes that a row is hashed as, the same on every engine and in every release.

A version byte, then each field as its length (4 bytes, big-endian) and its bytes: integers as
decimal ASCII, the transaction's id as its 16 bytes, instants as UTC microseconds since 1970.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from ledger.models import Entry

FORMAT = 1

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def entry_hash(previous: bytes, code: str, entry: Entry) -> bytes:
    """SHA-256 over the account's ``previous`` entry hash and the canonical form of ``entry``.

    ``code`` is the account's, passed so that the caller decides how it is fetched.
    """
    fields = [
        code.encode(),
        str(entry.account_seq).encode(),
        entry.transaction_id.bytes,
        str(entry.line_no).encode(),
        str(entry.lines).encode(),
        entry.currency.encode(),
        str(entry.amount).encode(),
        str(entry.balance_after).encode(),
        str(microseconds(entry.recorded_at)).encode(),
    ]
    return chained(previous, fields)


def chained(previous: bytes, fields: list[bytes]) -> bytes:
    """An entry's hash, of ``previous`` and its canonical fields in the order of ``entry_hash``."""
    return hashlib.sha256(previous + pack(fields)).digest()


def pack(fields: list[bytes]) -> bytes:
    """No two lists of fields pack to the same bytes."""
    return bytes([FORMAT]) + b"".join(len(field).to_bytes(4) + field for field in fields)


def request_fingerprint(
    kind: str,
    lines: list[tuple[str, int]],
    effective_at: datetime | None,
    reverses: UUID | None,
    resolves: Iterable[UUID] = (),
) -> str:
    """SHA-256 (hex) of what a posting moves; ``lines`` are account codes and minor units,
    ``resolves`` the holds that it ends.

    Who asked and why are not in it: a retry by another worker is the same request.
    """
    fields = [
        kind.encode(),
        str(microseconds(effective_at)).encode() if effective_at else b"",
        reverses.bytes if reverses else b"",
    ]
    for code, amount in sorted(lines):
        fields += [code.encode(), str(amount).encode()]
    fields += [hold_id.bytes for hold_id in resolves]
    return hashlib.sha256(pack(fields)).hexdigest()


def transaction_digest(*tables: Sequence[Sequence[bytes | None]]) -> bytes:
    """SHA-256 over rows of canonical fields, table by table: the transaction's header, its entries,
    the holds that it placed and those that it resolved, as ``ledger.originals`` reads them.

    A field that is null counts as empty: none of the columns tells these apart.
    """
    packed = [pack([pack([field or b"" for field in row]) for row in rows]) for rows in tables]
    return hashlib.sha256(pack([b"transaction", *packed])).digest()


def seal_root(columns: Sequence[bytes | None], digests: Sequence[bytes | None]) -> bytes:
    """SHA-256 over a seal's canonical columns, in order, and its members' digests, in order."""
    digest = b"".join(digest or b"" for digest in digests)
    fields = [b"seal", *(column or b"" for column in columns), b"%d" % len(digests), digest]
    return hashlib.sha256(pack(fields)).digest()


def json_bytes(text: str) -> bytes:
    """The same for every way to write the same JSON; for what is none, other than for any JSON."""
    try:
        value = json.loads(text, parse_float=Decimal, object_pairs_hook=_Members)
    except ValueError:
        return pack([b"broken", text.encode(errors="surrogateescape")])
    return _json(value)


class _Members(tuple[tuple[str, Any], ...]):
    """Of an object: sorted by name, and all of them, also where a name comes twice."""

    __slots__ = ()

    def __new__(cls, pairs: list[tuple[str, Any]]) -> "_Members":
        return super().__new__(cls, sorted(pairs, key=lambda pair: pair[0]))


def _json(value: Any) -> bytes:
    match value:
        case _Members():
            return pack([b"object", *(part for k, v in value for part in (k.encode(), _json(v)))])
        case list():
            return pack([b"array", *map(_json, value)])
        case str():
            return pack([b"string", value.encode(errors="surrogatepass")])
        case _:  # a number, true, false or null
            return pack([b"other", str(value).encode()])


def microseconds(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)
