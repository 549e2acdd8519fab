"""One effect and one answer per key, however often a request comes.

Key, effect and answer commit in one transaction, so there is no moment in which one exists
without the others. ``core.api.idempotency`` is its door for the API; pages use it directly.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

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


@retried()
def answer_once(
    request: Request,
    attempt: Callable[[], Answer],
    *,
    refusal: Callable[[Conflict], Answer] | None = None,
    at: datetime,
) -> Answer:
    """Run ``attempt`` unless its answer is known.

    What ``attempt`` raises undoes everything and is not remembered, except for a ``Conflict``
    that ``refusal`` turns into an answer: its effects are undone, the answer is kept.

    :raises KeyInFlight: the first request has not ended (PostgreSQL; on SQLite this one waits).
    :raises KeyReused: the key came with another request.
    """
    with transaction.atomic():
        if not try_advisory_lock(f"idempotency:{request.scope}:{request.key}"):
            raise KeyInFlight(retry_after=1)
        known = IdempotencyRecord.objects.filter(scope=request.scope, key=request.key).first()
        if known:
            return _replay(known, request.fingerprint)
        answer = _attempted(attempt, refusal)
        _remember(request, answer, at)
    return answer


def _attempted(
    attempt: Callable[[], Answer], refusal: Callable[[Conflict], Answer] | None
) -> Answer:
    try:
        with transaction.atomic():
            return attempt()
    except Conflict as error:
        if refusal is None:
            raise
        return refusal(error)


def _replay(known: IdempotencyRecord, fingerprint: str) -> Answer:
    if known.fingerprint != fingerprint:
        raise KeyReused(field="Idempotency-Key")
    return replace(Answer(known.status, known.content_type, known.body), is_replayed=True)


def _remember(request: Request, answer: Answer, at: datetime) -> None:
    IdempotencyRecord.objects.create(
        scope=request.scope,
        key=request.key,
        fingerprint=request.fingerprint,
        status=answer.status,
        content_type=answer.content_type,
        body=answer.body,
        created_at=at,
        expires_at=at + settings.IDEMPOTENCY_KEPT,
    )
