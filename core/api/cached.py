"""Whole answers of reads that are the same for everybody, kept until what they show has changed.

Twice: in the cache, for all processes, and the last ones in this process's memory, from which
``AnswerAtOnce`` takes them before anything else is done for a request. Both ask the database
whether they are still true.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from threading import Lock
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse

from core import caching
from core.caching import Outcome
from core.metrics import CACHED_READS
from core.middleware import GetResponse

JSON = ("", "*/*", "application/json", "application/*")


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it travels."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @classmethod
    def of(cls, response: Any) -> "Answer":
        """``response`` rendered, and tagged by what is in it."""
        response.render()
        response["ETag"] = f'"{sha256(response.content).hexdigest()[:32]}"'
        return cls(response.status_code, dict(response.items()), response.content)

    def response(self) -> HttpResponse:
        return HttpResponse(self.content, status=self.status, headers=dict(self.headers))


class Kept(NamedTuple):
    """``answer`` holds while ``current`` still says ``state``, and until the monotonic clock says ``until``."""

    answer: Answer
    view: str
    current: Callable[[], object]
    state: object
    until: float

    @property
    def holds(self) -> bool:
        return time.monotonic() < self.until and _said(self.current) == self.state


class Memory:
    """The answers asked for last, in this process."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.lock = Lock()
        self.kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def get(self, question: Hashable) -> Kept | None:
        with self.lock:
            if question in self.kept:
                self.kept.move_to_end(question)
            return self.kept.get(question)

    def put(self, question: Hashable, kept: Kept) -> None:
        with self.lock:
            self.kept[question] = kept
            while len(self.kept) > self.most:
                self.kept.popitem(last=False)

    def clear(self) -> None:
        with self.lock:
            self.kept.clear()


memory = Memory(most=500)
REMEMBERED = 10
"""Seconds for which a process keeps an answer that the cache keeps longer."""


class AnswerAtOnce:
    """Answers what this process was just asked, if it still holds: stands before all that makes an answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        kept = memory.get(_as_asked(request)) if _is_anybodys(request) else None
        if kept is None or not kept.holds:
            return self.get_response(request)
        CACHED_READS.labels(kept.view, Outcome.HIT).inc()
        return kept.answer.response()


class CachedReads:
    """Mixin before ``ApiView``: nobody's GETs are answered from the cache where ``kept_for`` is not up
    and ``state`` is as it was.

    ``state`` is read before the answer is built, so what is kept under it is never older than it.
    What has an Authorization header is nobody else's business and passes by; so does what is asked
    in an open transaction, which may have changed what others must not see.
    """

    kept_for: ClassVar[timedelta]

    @staticmethod
    def state() -> object:
        """Something else after every change to what the answer shows: the database's own word, never None."""
        raise NotImplementedError

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        usual = super().dispatch  # type: ignore[misc]  # the view's
        state = _said(self.state) if _is_anybodys(request) else None
        if state is None:
            return usual(request, *args, **kwargs)
        view = type(self).__name__
        answer, outcome = caching.fetch(
            _key(request, state),
            self.kept_for,
            lambda: Answer.of(usual(request, *args, **kwargs)),
            lambda built: built.status == 200,
        )
        CACHED_READS.labels(view, outcome).inc()
        if answer.status == 200:
            kept = Kept(answer, view, self.state, state, time.monotonic() + REMEMBERED)
            memory.put(_as_asked(request), kept)
        return answer.response()


def _said(state: Callable[[], object]) -> object:
    """None while the database does not say; the view will find that out, and can tell of it."""
    try:
        return state()
    except DatabaseError:
        return None


def _is_anybodys(request: Any) -> bool:
    headers = request.META
    return (
        request.method == "GET"
        and "HTTP_AUTHORIZATION" not in headers
        and headers.get("HTTP_ACCEPT", "").split(";")[0].split(",")[0].strip() in JSON
        and not connection.in_atomic_block
    )


def _as_asked(request: Any) -> Hashable:
    """The question to the letter."""
    asked = request.META
    return request.scheme, asked.get("HTTP_HOST"), request.path_info, asked.get("QUERY_STRING")


def _key(request: Any, state: object) -> str:
    """Of the same question, however its parameters are ordered; links in answers hold our address."""
    asked = sorted((name, tuple(values)) for name, values in request.GET.lists())
    where = (request.scheme, request.get_host(), request.path_info)
    question = repr((settings.VERSION, state, where, asked))
    return f"read:{sha256(question.encode()).hexdigest()}"
