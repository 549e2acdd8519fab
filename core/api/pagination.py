"""Pages of a list: numbered with a total, or by keyset cursor.

``?limit=20&page=3`` counts; ``?cursor=`` (empty for the first page, then what ``next`` carries)
seeks: its cost does not grow with depth, and rows inserted meanwhile neither repeat nor hide any.
Every ordering ends in the primary key, so it is total.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_PAGE = 1_000_000


class Pages(BasePagination):
    """The answer ``{"results", "next", "previous", "total"}``; ``total`` is null with a cursor."""

    query_parameters = frozenset({"limit", "page", "cursor"})

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        """:raises ValidationError: a parameter is out of range, or both kinds are asked for."""
        self.url = request.build_absolute_uri()
        self.links: dict[str, str | None] = {"next": None, "previous": None}
        self.total: int | None = None
        parameters = request.query_params
        limit = _number(parameters.get("limit", str(DEFAULT_LIMIT)), "limit", MAX_LIMIT)
        ordered = _totally_ordered(queryset)
        if "cursor" in parameters:
            if "page" in parameters:
                raise ValidationError({"cursor": "Give a page or a cursor, not both."})
            return self._by_cursor(ordered, parameters["cursor"], limit)
        page = _number(parameters.get("page", "1"), "page", MAX_PAGE)
        return self._by_number(ordered, page, limit)

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, **self.links, "total": self.total})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous", "total"],
            "properties": {
                "results": schema,
                "next": link,
                "previous": link,
                "total": {"type": ["integer", "null"]},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        whole = {"type": "integer", "minimum": 1}
        return [
            _parameter("limit", {**whole, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),
            _parameter("page", {**whole, "maximum": MAX_PAGE, "default": 1}),
            _parameter("cursor", {"type": "string"}),
        ]

    def _by_number(self, queryset: QuerySet[Any], page: int, limit: int) -> list[Any]:
        self.total = queryset.count()
        start = (page - 1) * limit
        if start + limit < self.total:
            self.links["next"] = replace_query_param(self.url, "page", page + 1)
        if page > 1:
            self.links["previous"] = replace_query_param(self.url, "page", page - 1)
        return list(queryset[start : start + limit])

    def _by_cursor(self, queryset: QuerySet[Any], cursor: str, limit: int) -> list[Any]:
        backward, position = _decode(cursor) if cursor else (False, None)
        ordering = _ordering(queryset)
        if backward:
            ordering = [_reversed(name) for name in ordering]
            queryset = queryset.order_by(*ordering)
        if position is not None:
            queryset = _after(queryset, ordering, position)
        rows = list(queryset[: limit + 1])
        more, rows = len(rows) > limit, rows[:limit]
        if backward:
            rows.reverse()
        if rows and (more or backward):
            self.links["next"] = self._link(rows[-1], ordering, backward=False)
        if rows and (more if backward else position is not None):
            self.links["previous"] = self._link(rows[0], ordering, backward=True)
        return rows

    def _link(self, row: Model, ordering: Sequence[str], *, backward: bool) -> str:
        position = [getattr(row, name.lstrip("-")) for name in ordering]
        token = json.dumps([backward, position], cls=_ExactEncoder, separators=(",", ":"))
        encoded = base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")
        return replace_query_param(remove_query_param(self.url, "page"), "cursor", encoded)


class _ExactEncoder(DjangoJSONEncoder):
    """Django's rounds instants to milliseconds, which would make a cursor skip rows."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _number(text: str, field: str, largest: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:20]) <= largest):
        raise ValidationError({field: f"A whole number from 1 to {largest}."})
    return int(text)


def _ordering(queryset: QuerySet[Any]) -> list[str]:
    return [str(name) for name in queryset.query.order_by or queryset.model._meta.ordering or ()]  # noqa: SLF001  # Django's documented Model API


def _totally_ordered(queryset: QuerySet[Any]) -> QuerySet[Any]:
    ordering = _ordering(queryset)
    if not {"pk", "-pk", "id", "-id"} & set(ordering):
        ordering.append("-pk" if ordering and ordering[0].startswith("-") else "pk")
    return queryset.order_by(*ordering)


def _reversed(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _after(queryset: QuerySet[Any], ordering: Sequence[str], position: Any) -> QuerySet[Any]:
    """Rows behind ``position``: (a > x) or (a = x and b > y) or ..., each in its direction."""
    wanted, equal = Q(), Q()
    if not isinstance(position, list) or len(position) != len(ordering):
        raise ValidationError({"cursor": "This cursor belongs to another list."})
    for name, value in zip(ordering, position, strict=True):
        field = name.lstrip("-")
        comparison = "lt" if name.startswith("-") else "gt"
        wanted |= equal & Q(**{f"{field}__{comparison}": value})
        equal &= Q(**{field: value})
    try:
        return queryset.filter(wanted)
    except (TypeError, ValueError, ModelValidationError) as error:
        raise ValidationError({"cursor": "This cursor belongs to another list."}) from error


def _decode(cursor: str) -> tuple[bool, Any]:
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        backward, position = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise ValidationError({"cursor": "This cursor is not one of ours."}) from error
    return backward is True, position


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}
