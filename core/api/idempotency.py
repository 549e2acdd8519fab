"""``Idempotency-Key`` on API routes.

A business refusal (409) is remembered though its effects are undone; validation errors and
failures are not, so a mended request may use its key again. Keys belong to whom the view says, their user mostly.
"""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock, idempotency
from core.api import problems
from core.api.views import ApiView
from core.errors import Conflict, Invalid
from core.idempotency import Answer, Intent
from core.retries import retried

HEADER = "Idempotency-Key"
MAX_LENGTH = 200

Handler = Callable[..., Response]
Beginning = Callable[..., Response | Intent]
Ending = Callable[[Request, str], Response]


class KeyMissing(Invalid):
    code = "idempotency_key_missing"
    message = "Send an Idempotency-Key header (1 to 200 printable ASCII characters)."


def idempotent(handler: Handler) -> Handler:
    """Make a view method's effect happen once per key; see ``core.idempotency.answer_once``.

    :raises KeyMissing: no usable key.
    """
    return _once(handler, None)


def resumable(ending: Ending) -> Callable[[Beginning], Handler]:
    """``idempotent`` for what asks somebody outside: the method may return an ``Intent``.

    ``ending`` comes to the answer from the intent's subject, outside of any transaction, once or,
    where a request died, again. It is a function of the module: it knows what the request says, and
    what the intent says.

    :raises KeyMissing: no usable key.
    """
    return lambda handler: _once(handler, ending)


def _once(handler: Beginning, ending: Ending | None) -> Handler:
    @wraps(handler)
    def once(view: ApiView, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = idempotency.answer_once(
            idempotency.Request(view.key_scope(request), _key(request), _fingerprint(request)),
            lambda: _begun(handler(view, request, *args, **kwargs)),
            finish=ending and (lambda subject: _answer(ending(request, subject))),
            refusal=_refusal,
            at=clock.now(),
        )
        return _response(answer)

    return once


def rehearsable(handler: Handler) -> Handler:
    """``idempotent``; but with ``"dry_run": true`` in the body the method runs to its end, answers
    200 and that it was a dry run, and nothing of it is kept, nor is the key.

    The method's serializer reads ``dry_run`` by ``core.api.fields.FlagField``, as strictly as this.

    :raises KeyMissing: no usable key.
    """
    for_good = idempotent(handler)

    @wraps(handler)
    def once_or_dry(view: ApiView, request: Request, *args: Any, **kwargs: Any) -> Response:
        if not isinstance(request.data, dict) or request.data.get("dry_run") is not True:
            return for_good(view, request, *args, **kwargs)
        _key(request)
        rehearsed = _rehearsed(lambda: handler(view, request, *args, **kwargs))
        return Response({**rehearsed.data, "dry_run": True})

    return once_or_dry


@retried()
def _rehearsed(attempt: Callable[[], Response]) -> Response:
    with transaction.atomic():
        response = attempt()
        transaction.set_rollback(True)
    return response


def _key(request: Request) -> str:
    key = request.headers.get(HEADER, "")
    if not 1 <= len(key) <= MAX_LENGTH or not (key.isascii() and key.isprintable()):
        raise KeyMissing(field=HEADER)
    return key


def _fingerprint(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    text = f"{request.method} {request.path_info} {body}"
    return hashlib.sha256(text.encode()).hexdigest()


def _refusal(error: Conflict) -> Answer:
    return _answer(problems.refusal(error))


def _begun(response: Response | Intent) -> Answer | Intent:
    return response if isinstance(response, Intent) else _answer(response)


def _answer(response: Response) -> Answer:
    body = JSONRenderer().render(response.data).decode()
    return Answer(response.status_code, response.content_type or "application/json", body)


def _response(answer: Answer) -> Response:
    """The first answer takes the same way as its replays, so they cannot differ."""
    response = Response(
        json.loads(answer.body), status=answer.status, content_type=answer.content_type
    )
    if answer.is_replayed:
        response["Idempotent-Replayed"] = "true"
    return response
