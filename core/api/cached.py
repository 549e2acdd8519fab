"""Whole answers of reads that are the same for everybody, kept until what they show has changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection
from django.http import HttpResponse

from core import caching
from core.metrics import CACHED_READS

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


class CachedReads:
    """Mixin before ``ApiView``: nobody's GETs are answered from the cache where ``kept_for`` is not up
    and ``state`` is as it was.

    ``state`` is read before the answer is built, so what is kept under it is never older than it.
    What has an Authorization header is nobody else's business and passes by; so does what is asked
    in an open transaction, which may have changed what others must not see.
    """

    kept_for: ClassVar[timedelta]

    def state(self) -> object:
        """Changes with everything that the answer shows, the database's own word."""
        raise NotImplementedError

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        usual = super().dispatch  # type: ignore[misc]  # the view's
        if not _is_anybodys(request):
            return usual(request, *args, **kwargs)
        answer, outcome = caching.fetch(
            _key(request, self.state()),
            self.kept_for,
            lambda: Answer.of(usual(request, *args, **kwargs)),
            lambda built: built.status == 200,
        )
        CACHED_READS.labels(type(self).__name__, outcome).inc()
        return answer.response()


def _is_anybodys(request: Any) -> bool:
    accepted = request.headers.get("Accept", "").split(";")[0].split(",")[0].strip()
    return (
        request.method == "GET"
        and "Authorization" not in request.headers
        and accepted in JSON
        and not connection.in_atomic_block
    )


def _key(request: Any, state: object) -> str:
    """Of the same question, however its parameters are ordered; links in answers hold our address."""
    asked = sorted((name, tuple(values)) for name, values in request.GET.lists())
    where = (request.scheme, request.get_host(), request.path_info)
    question = repr((settings.VERSION, state, where, asked))
    return f"read:{sha256(question.encode()).hexdigest()}"
