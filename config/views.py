"""What answers when no app does."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from core.api import problems


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
    body = problems.problem(status, code, detail).data
    return JsonResponse(body, status=status, content_type=problems.CONTENT_TYPE)
