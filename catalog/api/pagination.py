"""Pages of products: the total is exact while it is cheap, and said to be an estimate beyond."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from catalog import search, totals
from catalog.queries import rolled_up_total
from core.api.pagination import Pages

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 1}
ID = {"type": "string", "format": "uuid"}
NAMED = {"id": ID, "slug": TEXT, "name": TEXT, "count": COUNT}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties]}


def _many(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _object(properties)}


FACETS = _object(
    {
        "category": _many(NAMED | {"parent": ID | {"type": ["string", "null"]}}),
        "brand": _many(NAMED),
        "condition": {"type": "object", "additionalProperties": COUNT},
        "price": _many(
            {"min_price": TEXT, "max_price": {"type": ["string", "null"]}, "count": COUNT}
        ),
    }
)
"""As ``serializers.FacetsSerializer`` writes it; only with ``facets=1``."""


class ProductPages(Pages):
    """As ``Pages``, with ``total_is_estimate``."""

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.narrowed = view.narrowed  # type: ignore[union-attr]  # what narrows the list, from its filter backend
        self.is_estimate = False
        return super().paginate_queryset(queryset, request, view)

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        response.data["total_is_estimate"] = self.is_estimate
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = super().get_paginated_response_schema(schema)
        page["required"] = [*page["required"], "total_is_estimate"]
        page["properties"] |= {"total_is_estimate": {"type": "boolean"}, "facets": FACETS}
        return page

    def _by_number(self, queryset: QuerySet[Any], page: int, limit: int) -> list[Any]:
        """One row more than asked for says whether there is a next page: an estimate could not."""
        start = (page - 1) * limit
        rows = self._stretch(queryset, start, start + limit + 1)
        if len(rows) > limit:
            self.links["next"] = replace_query_param(self.url, "page", page + 1)
        if page > 1:
            self.links["previous"] = replace_query_param(self.url, "page", page - 1)
        return rows[:limit]

    def _stretch(self, queryset: QuerySet[Any], start: int, stop: int) -> list[Any]:
        searched = self.narrowed.only_search
        if searched is not None:
            self.total, self.is_estimate = search.total(searched)
            return search.best(self.narrowed.queryset, searched, start, stop)
        if "relevance" in queryset.query.annotations:
            return self._searched(queryset, start, stop)
        self.total = rolled_up_total(self.narrowed)
        if self.total is None:
            self.total, self.is_estimate = totals.counted(queryset)
        return self.rows(queryset, start, stop)

    def _searched(self, queryset: QuerySet[Any], start: int, stop: int) -> list[Any]:
        """What is found is sorted without being read, and thereby counted; then only the page is read."""
        most = max(stop, totals.EXACT_UP_TO + 1)
        ids = list(queryset.values_list("pk", flat=True)[:most])
        exactly = len(ids) <= totals.EXACT_UP_TO
        self.total, self.is_estimate = (len(ids), False) if exactly else totals.estimated(queryset)
        return search.in_order(self.narrowed.queryset, ids[start:stop])

    def rows(self, queryset: QuerySet[Any], start: int, stop: int) -> list[Any]:
        """Of what is searched, only the page is read."""
        if "relevance" not in queryset.query.annotations:
            return super().rows(queryset, start, stop)
        ids = list(queryset.values_list("pk", flat=True)[start:stop])
        return list(queryset.filter(pk__in=ids))
