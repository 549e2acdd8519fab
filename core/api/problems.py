"""Errors as RFC 9457 ``application/problem+json``, and the one table from kind to status."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core import errors

CONTENT_TYPE = "application/problem+json"

STATUS: Mapping[type[errors.DomainError], int] = {
    errors.Unprocessable: status.HTTP_422_UNPROCESSABLE_ENTITY,
    errors.Invalid: status.HTTP_400_BAD_REQUEST,
    errors.Unauthenticated: status.HTTP_401_UNAUTHORIZED,
    errors.Forbidden: status.HTTP_403_FORBIDDEN,
    errors.NotFound: status.HTTP_404_NOT_FOUND,
    errors.Conflict: status.HTTP_409_CONFLICT,
    errors.Stale: status.HTTP_412_PRECONDITION_FAILED,
    errors.VersionMissing: status.HTTP_428_PRECONDITION_REQUIRED,
    errors.TooMany: status.HTTP_429_TOO_MANY_REQUESTS,
    errors.Unavailable: status.HTTP_503_SERVICE_UNAVAILABLE,
}
"""Looked up along the error's method resolution order: the nearest kind decides."""

TITLES: Mapping[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    428: "Precondition Required",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
"""RFC 9110's phrases, as RFC 9457 wants them beside a ``type`` of ``about:blank``."""

BUSY_RETRY_AFTER = 1
"""Seconds after which a request that lost a fight for a lock may come again."""


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's hook: every refusal as a problem; None (a 500) for what nobody foresaw."""
    response = _respond(error)
    if response is not None:
        set_rollback()
    return response


def _respond(error: Exception) -> Response | None:
    if isinstance(error, errors.DomainError):
        return refusal(error)
    if isinstance(error, exceptions.APIException):
        return _rest_framework(error)
    return _django(error)


def _django(error: Exception) -> Response | None:
    if isinstance(error, Http404):
        return problem(404, "not_found", "There is no such thing.")
    if isinstance(error, PermissionDenied):
        return problem(403, "forbidden", "You may not do this.")
    if isinstance(error, RequestDataTooBig):
        return too_large()
    if isinstance(error, OperationalError):
        busy = problem(503, "busy", "The database is busy. Try again.")
        busy["Retry-After"] = str(BUSY_RETRY_AFTER)
        return busy
    return None


def refusal(error: errors.DomainError) -> Response:
    """The answer to a domain error; its facts stand beside the standard members."""
    code = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    detail = {"field": error.field, "code": error.code, "detail": error.detail}
    response = problem(code, error.code, error.detail, [detail] if error.field else [], error.facts)
    if "retry_after" in error.facts:
        response["Retry-After"] = str(error.facts["retry_after"])
    for header, value in getattr(error, "headers", {}).items():
        response[header] = value
    if code == status.HTTP_401_UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def too_large() -> Response:
    """The answer to a body above ``DATA_UPLOAD_MAX_MEMORY_SIZE``."""
    return problem(413, "too_large", "The request's body is too large.")


def problem(
    status_code: int,
    code: str,
    detail: str,
    faults: list[dict[str, str]] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Response:
    """Build one problem document. Its ``code`` is what machines should look at.

    ``type`` is RFC 9457's for a problem without a page of its own.
    """
    body = {
        "type": "about:blank",
        "title": TITLES.get(status_code, "Error"),
        "status": status_code,
        "code": code,
        "detail": detail,
        "errors": faults or [],
    }
    return Response({**(facts or {}), **body}, status=status_code, content_type=CONTENT_TYPE)


def _rest_framework(error: exceptions.APIException) -> Response:
    faults: list[dict[str, str]] = []
    code, detail = str(error.default_code), str(error.default_detail)
    if isinstance(error, exceptions.ValidationError):
        faults = list(_faults(error.detail))
        code, detail = "invalid", "The request is not valid."
    elif isinstance(error.detail, exceptions.ErrorDetail):
        code, detail = error.detail.code or code, str(error.detail)
    response = problem(error.status_code, code, detail, faults)
    for header, value in _headers(error):
        response[header] = value
    return response


def _headers(error: exceptions.APIException) -> Iterator[tuple[str, str]]:
    if challenge := getattr(error, "auth_header", None):
        yield "WWW-Authenticate", challenge
    if wait := getattr(error, "wait", None):
        yield "Retry-After", str(int(wait) + 1)


def _faults(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """Flatten DRF's nested error detail: ``items.0.quantity`` names what is wrong."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            path = field if name == "non_field_errors" else f"{field}.{name}".strip(".")
            yield from _faults(inner, path)
    elif isinstance(detail, list) and any(isinstance(part, (dict, list)) for part in detail):
        for index, inner in enumerate(detail):
            yield from _faults(inner, f"{field}.{index}".strip("."))
    else:
        for part in detail if isinstance(detail, list) else [detail]:
            yield {"field": field, "code": part.code or "invalid", "detail": str(part)}
