"""``Idempotency-Key``: one effect and one answer per key, however often the request comes.

Key, effect and answer commit in one transaction. A business refusal (409) is remembered though
its effects are undone; validation errors and failures are not, so a mended request may reuse the
key. Keys belong to their user and are kept ``settings.IDEMPOTENCY_KEPT``.
"""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.api import problems
from core.errors import Conflict, Invalid, Unprocessable
from core.locks import try_advisory_lock
from core.models import IdempotencyRecord

HEADER = "Idempotency-Key"
MAX_LENGTH = 200


class KeyMissing(Invalid):
    code = "idempotency_key_missing"
    message = "Send an Idempotency-Key header (1 to 200 printable ASCII characters)."


class KeyInFlight(Conflict):
    code = "idempotency_in_flight"
    message = "The first request with this key is still running."


class KeyReused(Unprocessable):
    code = "idempotency_key_reused"
    message = "This key was used for another request."


Handler = Callable[..., Response]


def idempotent(handler: Handler) -> Handler:
    """Make a view method's effect happen once per key.

    :raises KeyMissing: no usable key.
    :raises KeyInFlight: the first request has not ended (PostgreSQL; on SQLite this one waits).
    :raises KeyReused: the key came with another method, path or body.
    """

    @wraps(handler)
    def once(view: APIView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key, scope = _key(request), f"user:{request.user.pk}"
        fingerprint = _fingerprint(request)
        with transaction.atomic():
            if not try_advisory_lock(f"idempotency:{scope}:{key}"):
                raise KeyInFlight(retry_after=1)
            known = IdempotencyRecord.objects.filter(scope=scope, key=key).first()
            if known:
                return _replay(known, fingerprint)
            response = _attempt(lambda: handler(view, request, *args, **kwargs))
            _remember(scope, key, fingerprint, response)
        return response

    return once


def _key(request: Request) -> str:
    key = request.headers.get(HEADER, "")
    if not 1 <= len(key) <= MAX_LENGTH or not (key.isascii() and key.isprintable()):
        raise KeyMissing(field=HEADER)
    return key


def _fingerprint(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    text = f"{request.method} {request.path_info} {body}"
    return hashlib.sha256(text.encode()).hexdigest()


def _attempt(handler: Callable[[], Response]) -> Response:
    """Run in a savepoint: a refusal undoes the effects and is an answer all the same."""
    try:
        with transaction.atomic():
            return handler()
    except Conflict as error:
        return problems.refusal(error)


def _remember(scope: str, key: str, fingerprint: str, response: Response) -> None:
    now = clock.now()
    IdempotencyRecord.objects.create(
        scope=scope,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        content_type=response.content_type or "application/json",
        body=JSONRenderer().render(response.data).decode(),
        created_at=now,
        expires_at=now + settings.IDEMPOTENCY_KEPT,
    )


def _replay(known: IdempotencyRecord, fingerprint: str) -> Response:
    if known.fingerprint != fingerprint:
        raise KeyReused(field=HEADER)
    response = Response(
        json.loads(known.body), status=known.status, content_type=known.content_type
    )
    response["Idempotent-Replayed"] = "true"
    return response
