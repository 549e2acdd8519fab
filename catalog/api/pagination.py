"""Pages of products: the total is exact while it is cheap, and said to be an estimate beyond."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

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


class Found(NamedTuple):
    """A product of a page of a search, of which nothing is read yet."""

    pk: UUID


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
        text = self.narrowed.only_search
        if text is not None:
            found = search.page(self.narrowed.queryset, text, start, stop)
            self.total, self.is_estimate = found.total, found.is_estimate
            return _found(found.ids)
        if "relevance" in queryset.query.annotations:
            return self._searched(queryset, start, stop)
        rows = self.rows(queryset, start, stop)
        self._count(queryset, rows, start, stop)
        return rows

    def _count(self, queryset: QuerySet[Any], rows: list[Any], start: int, stop: int) -> None:
        """The last page says itself how many there are."""
        self.total = rolled_up_total(self.narrowed)
        if self.total is None and len(rows) < stop - start and (rows or not start):
            self.total = start + len(rows)
        if self.total is None:
            self.total, self.is_estimate = totals.counted(queryset)

    def _searched(self, queryset: QuerySet[Any], start: int, stop: int) -> list[Any]:
        """What is found is sorted without being read; then only the page is read."""
        ids = queryset.values_list("pk", flat=True)
        if queryset.query.order_by[0] == search.BEST_FIRST[0]:
            page = self._counted_on_the_way(ids, start, stop)
        else:  # an index may have this order, and need not be followed further than the page
            self.total, self.is_estimate = totals.counted(queryset)
            page = list(ids[start:stop])
        return _found(page)

    def _counted_on_the_way(self, ids: QuerySet[Any, Any], start: int, stop: int) -> list[Any]:
        """No index has this order: all must be found for the first of them."""
        found = list(ids[: max(stop, totals.EXACT_UP_TO + 1)])
        exactly = len(found) <= totals.EXACT_UP_TO
        self.total, self.is_estimate = (len(found), False) if exactly else totals.estimated(ids)
        return found[start:stop]

    def rows(self, queryset: QuerySet[Any], start: int, stop: int) -> list[Any]:
        """Of what is searched, only the page is read."""
        if "relevance" not in queryset.query.annotations:
            return super().rows(queryset, start, stop)
        ids = list(queryset.values_list("pk", flat=True)[start:stop])
        return list(queryset.filter(pk__in=ids))


def _found(ids: Sequence[UUID]) -> list[Found]:
    return [Found(pk) for pk in ids]
