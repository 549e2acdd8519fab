"""One effect and one answer per key, however often a request comes.

Key, effect and answer commit in one transaction, so there is no moment in which one exists
without the others. Where somebody outside has to be asked, this transaction commits key and intent
only; what follows runs outside of any, and a last one stores the answer. A request that comes in
between is told to wait, or goes on where the first one died.

``core.api.idempotency`` is its door for the API; pages use it directly.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from core.errors import Conflict, Unprocessable
from core.locks import try_advisory_lock
from core.models import IdempotencyRecord
from core.retries import retried


class KeyInFlight(Conflict):
    code = "idempotency_in_flight"
    message = "The first request with this key is still running."


class KeyReused(Unprocessable):
    code = "idempotency_key_reused"
    message = "This key was used for another request."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first request was answered; ``is_replayed`` if this is not that request."""

    status: int
    content_type: str
    body: str
    is_replayed: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """``scope`` is whose key it is; ``fingerprint`` tells one request from another."""

    scope: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Intent:
    """Instead of an answer: ``subject`` (an id, say) is all that is needed to come to one."""

    subject: str


Begun = TypeVar("Begun")
Finish = Callable[[str], Answer]
Refusal = Callable[[Conflict], Answer]


def answer_once(
    request: Request,
    attempt: Callable[[], Answer | Intent],
    *,
    finish: Finish | None = None,
    refusal: Refusal | None = None,
    at: datetime,
) -> Answer:
    """Run ``attempt`` unless its answer is known.

    What ``attempt`` raises undoes everything and is not remembered, except for a ``Conflict``
    that ``refusal`` turns into an answer: its effects are undone, the answer is kept.

    If it returns an ``Intent``, ``finish`` gets the intent's subject after the commit, outside of
    any transaction. What it raises is not remembered either, and it runs again when the request
    comes again; also while it still runs, if it takes longer than ``IDEMPOTENCY_LEASE``. So it must
    be safe to run twice.

    :raises KeyInFlight: the first request has not ended (on SQLite this one waits while it can).
    :raises KeyReused: the key came with another request.
    """
    begun = _begun(request, attempt, refusal, at)
    if isinstance(begun, Answer):
        return begun
    if finish is None:
        raise TypeError("an intent needs somebody to finish it")
    with _leased(request, at):
        return _settled(request, _tried(lambda: finish(begun.subject), refusal))


@retried()
def _begun(
    request: Request,
    attempt: Callable[[], Answer | Intent],
    refusal: Refusal | None,
    at: datetime,
) -> Answer | Intent:
    with transaction.atomic():
        if not try_advisory_lock(f"idempotency:{request.scope}:{request.key}"):
            raise KeyInFlight(retry_after=1)
        known = _records(request).first()
        if known is None:
            begun = _attempted(attempt, refusal)
            _remember(request, begun, at)
            return begun
        if known.fingerprint != request.fingerprint:
            raise KeyReused(field="Idempotency-Key")
        return _replayed(known) if known.status is not None else _resumed(known, at)


def _records(request: Request) -> QuerySet[IdempotencyRecord]:
    return IdempotencyRecord.objects.filter(scope=request.scope, key=request.key)


def _attempted(attempt: Callable[[], Answer | Intent], refusal: Refusal | None) -> Answer | Intent:
    def undone() -> Answer | Intent:
        with transaction.atomic():
            return attempt()

    return _tried(undone, refusal)


def _tried(act: Callable[[], Begun], refusal: Refusal | None) -> Begun | Answer:
    try:
        return act()
    except Conflict as error:
        if refusal is None:
            raise
        return refusal(error)


def _replayed(known: IdempotencyRecord) -> Answer:
    return Answer(known.status or 0, known.content_type, known.body, is_replayed=True)


def _resumed(known: IdempotencyRecord, at: datetime) -> Intent:
    """Take over from a request that died. Nobody else can, meanwhile: the key is locked.

    :raises KeyInFlight: it may still be alive.
    """
    if known.leased_until and known.leased_until > at:
        raise KeyInFlight(retry_after=ceil((known.leased_until - at).total_seconds()))
    IdempotencyRecord.objects.filter(pk=known.pk).update(
        leased_until=at + settings.IDEMPOTENCY_LEASE
    )
    return Intent(known.intent)


@contextmanager
def _leased(request: Request, at: datetime) -> Iterator[None]:
    """Whatever ends the block, but for the death of the process, lets the next request go on."""
    try:
        yield
    finally:
        _records(request).filter(status=None).update(leased_until=at)


def _settled(request: Request, answer: Answer) -> Answer:
    """Store ``answer``, or give the one that somebody stored who was quicker."""
    stored = _records(request).filter(status=None).update(**_columns(answer))
    return answer if stored else _replayed(_records(request).get())


def _columns(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "content_type": answer.content_type, "body": answer.body}


def _remember(request: Request, begun: Answer | Intent, at: datetime) -> None:
    made = (
        _columns(begun)
        if isinstance(begun, Answer)
        else {"intent": begun.subject, "leased_until": at + settings.IDEMPOTENCY_LEASE}
    )
    IdempotencyRecord.objects.create(
        scope=request.scope,
        key=request.key,
        fingerprint=request.fingerprint,
        created_at=at,
        expires_at=at + settings.IDEMPOTENCY_KEPT,
        **made,
    )
