"""What answers when no app does, and the document of all that answers."""

from functools import cache
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import problems
from core.api.views import ApiView


@cache
def document() -> Any:
    """The OpenAPI document. It depends on nothing but the code, so each process builds it once."""
    return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]  # drf-spectacular is half typed


class BuiltOnce(SchemaGenerator):
    def get_schema(self, request: Any = None, public: bool = False) -> Any:  # noqa: FBT001, FBT002  # drf-spectacular's signature
        return document()


class SchemaView(ApiView, SpectacularAPIView):
    """The OpenAPI document as YAML or JSON, by ``Accept`` or ``?format=``."""

    authentication_classes = ()
    query_parameters = frozenset({"format"})
    generator_class = BuiltOnce
    public = True

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Problems are JSON, whatever form of the document was asked for."""
        if response.exception:
            request.accepted_renderer = JSONRenderer()
            request.accepted_media_type = JSONRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413: what Django refuses before a view sees it, such as an unknown host."""
    if not request.path.startswith("/api"):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return _rendered(problems.too_large())
    return _problem(400, "bad_request", "The request's host or form is not accepted.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 as a problem document under ``/api``, as a page elsewhere."""
    if request.path.startswith("/api"):
        return _problem(404, "not_found", "There is no such route.")
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, saying nothing of why: that is in the log, under the request's id."""
    if request.path.startswith("/api"):
        return _problem(500, "server_error", "Something went wrong on our side.")
    return render(request, "500.html", status=500)


def _problem(status: int, code: str, detail: str) -> JsonResponse:
    return _rendered(problems.problem(status, code, detail))


def _rendered(problem: Response) -> JsonResponse:
    return JsonResponse(
        problem.data, status=problem.status_code, content_type=problems.CONTENT_TYPE
    )
