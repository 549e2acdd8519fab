"""The trail of changes that are not money: one hash chain per stream, refused by the database to
anyone who would edit it. A chain shows a changed, missing or inserted row to ``first_break``.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from core.locks import advisory_lock
from core.models import AuditEntry

FORMAT = 1
"""Version of the canonical form; it is the first thing that is hashed."""


@transaction.atomic
def record(  # who, what, on what, how, when: an audit row has this many parts
    stream: str,
    *,
    actor_id: UUID | None,
    action: str,
    subject: models.Model,
    changes: dict[str, Any],
    at: datetime,
) -> AuditEntry:
    """Append to ``stream``. Writers of one stream queue on its advisory lock."""
    advisory_lock(f"audit:{stream}")
    last = AuditEntry.objects.filter(stream=stream).order_by("-seq").first()
    entry = AuditEntry(
        stream=stream,
        seq=last.seq + 1 if last else 1,
        actor_id=actor_id,
        action=action,
        object_type=subject._meta.label_lower,  # noqa: SLF001  # Django's documented Model API
        object_id=str(subject.pk),
        changes=changes,
        at=at,
        previous_hash=bytes(last.hash) if last else bytes(32),
    )
    entry.hash = digest(entry)
    entry.save(force_insert=True)
    return entry


def digest(entry: AuditEntry) -> bytes:
    """SHA-256 over the previous hash and every field, each with its length before it."""
    fields = [
        bytes(entry.previous_hash),
        entry.stream.encode(),
        str(entry.seq).encode(),
        str(entry.actor_id or "").encode(),
        entry.action.encode(),
        entry.object_type.encode(),
        entry.object_id.encode(),
        json.dumps(entry.changes, sort_keys=True, separators=(",", ":")).encode(),
        entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").encode(),
    ]
    chained = hashlib.sha256(bytes([FORMAT]))
    for field in fields:
        chained.update(len(field).to_bytes(4) + field)
    return chained.digest()


def first_break(stream: str) -> int | None:
    """``seq`` at which the chain of ``stream`` stops being whole, or None. Streams; O(rows)."""
    previous = bytes(32)
    entries = AuditEntry.objects.filter(stream=stream).order_by("seq")
    for expected, entry in enumerate(entries.iterator(), start=1):
        whole = entry.seq == expected and bytes(entry.previous_hash) == previous
        if not whole or bytes(entry.hash) != digest(entry):
            return expected
        previous = bytes(entry.hash)
    return None
