"""Bytes that a row is hashed as, the same on every engine and in every release.

A version byte, then each field as its length (4 bytes, big-endian) and its bytes: integers as
decimal ASCII, the transaction's id as its 16 bytes, instants as UTC microseconds since 1970.
"""

import hashlib
from datetime import UTC, datetime, timedelta
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
    return hashlib.sha256(previous + pack(fields)).digest()


def pack(fields: list[bytes]) -> bytes:
    """No two lists of fields pack to the same bytes."""
    return bytes([FORMAT]) + b"".join(len(field).to_bytes(4) + field for field in fields)


def request_fingerprint(
    kind: str, lines: list[tuple[str, int]], effective_at: datetime | None, reverses: UUID | None
) -> str:
    """SHA-256 (hex) of what a posting moves; ``lines`` are account codes and minor units.

    Who asked and why are not in it: a retry by another worker is the same request.
    """
    fields = [
        kind.encode(),
        str(microseconds(effective_at)).encode() if effective_at else b"",
        reverses.bytes if reverses else b"",
    ]
    for code, amount in sorted(lines):
        fields += [code.encode(), str(amount).encode()]
    return hashlib.sha256(pack(fields)).hexdigest()


def microseconds(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)
