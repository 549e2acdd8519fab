"""The front door and the pages for what goes wrong outside any app."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.generic import TemplateView

from catalog import queries
from catalog.models import Product
from core.api import problems

NEWEST = 12


class HomeView(TemplateView):
    """What the shop has, and where its other doors are."""

    template_name = "home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        products = Product.objects.published().filter(in_stock=True).with_card()
        return super().get_context_data(
            categories=queries.category_tree(),
            products=products.order_by("-units_sold", "-pk")[:NEWEST],
            **kwargs,
        )


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
