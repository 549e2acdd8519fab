"""What every request passes: time taken, an id to find it by, slashes, content policy."""

import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from core.ids import uuid7

GetResponse = Callable[[HttpRequest], HttpResponse]

request_id: ContextVar[str] = ContextVar("request_id", default="-")
ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class ProcessTime:
    """``X-Process-Time``: milliseconds from the first middleware to the last byte built."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter_ns()
        response = self.get_response(request)
        response["X-Process-Time"] = f"{(time.perf_counter_ns() - started) / 1_000_000:.1f}"
        return response


class RequestId:
    """``X-Request-ID``: the client's, if it is fit for a log line, or a new one; in every log."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        chosen = offered if ACCEPTABLE_ID.fullmatch(offered) else str(uuid7())
        request.META["REQUEST_ID"] = chosen
        token = request_id.set(chosen)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = chosen
        return response


class RequestIdFilter(logging.Filter):
    """Gives every log record the id of the request it was written for, or ``-``.

    Django logs refused requests after the last middleware has ended, with the request at hand.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        named = request.META.get("REQUEST_ID") if isinstance(request, HttpRequest) else None
        record.request_id = named or request_id.get()
        return True


class OptionalTrailingSlash:
    """API routes are declared without a trailing slash, and answer with one as well.

    No address has a NUL in it: PostgreSQL could not even look for it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.endswith("/") and path.startswith(("/api/", "/docs", "/health")):
            request.path_info = path.rstrip("/")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Comes after every middleware, so that the page that says so knows its visitor.

        :raises Http404: the path holds a NUL.
        """
        if "\0" in request.path_info:
            raise Http404


class PathPolicy:
    """The content security policy, relaxed under the few prefixes whose pages cannot do with it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.DEBUG and response.status_code in {404, 500}:
            return response  # Django's own pages then, which have their styles inline
        relaxed = settings.RELAXED_CONTENT_SECURITY
        prefix = next((each for each in relaxed if request.path.startswith(each)), "")
        response.setdefault(HEADER, _policy(prefix))
        return response


@cache
def _policy(prefix: str) -> str:
    """django-csp's own middleware would put it together anew for each answer."""
    return build_policy(update=settings.RELAXED_CONTENT_SECURITY.get(prefix))
