"""Pages of a list: numbered with a total, or by keyset cursor.

``?limit=20&page=3`` counts; ``?cursor=`` (empty for the first page, then what ``next`` carries)
seeks: its cost does not grow with depth, and rows inserted meanwhile neither repeat nor hide any.
Every ordering ends in the primary key, so it is total.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
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
MAX_DIGITS = 7
"""Of a number in a query: as many as ``MAX_PAGE`` has."""
NOT_OURS = {"cursor": "This cursor is not one of ours."}


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
        return self.rows(queryset, start, start + limit)

    def rows(self, queryset: QuerySet[Any], start: int, stop: int) -> list[Any]:
        """A stretch of ``queryset``, in its order."""
        return list(queryset[start:stop])

    def _by_cursor(self, queryset: QuerySet[Any], cursor: str, limit: int) -> list[Any]:
        backward, position = _decode(cursor) if cursor else (False, None)
        ordering = _ordering(queryset)
        if backward:
            ordering = [_reversed(name) for name in ordering]
            queryset = queryset.order_by(*ordering)
        if position is not None:
            queryset = _after(queryset, ordering, position)
        rows = self.rows(queryset, 0, limit + 1)
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
    readable = len(text) <= MAX_DIGITS and text.isascii() and text.isdigit()
    number = int(text) if readable else 0
    if not 1 <= number <= largest:
        raise ValidationError({field: f"A whole number from 1 to {largest}."})
    return number


def _ordering(queryset: QuerySet[Any]) -> list[str]:
    return [str(name) for name in queryset.query.order_by or queryset.model._meta.ordering or ()]  # noqa: SLF001  # Django's documented Model API


def _totally_ordered(queryset: QuerySet[Any]) -> QuerySet[Any]:
    ordering = _ordering(queryset)
    if not {"pk", "-pk", "id", "-id"} & set(ordering):
        ordering.append("-pk" if ordering and ordering[0].startswith("-") else "pk")
    return queryset.order_by(*ordering)


def _reversed(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _after(queryset: QuerySet[Any], ordering: Sequence[str], position: list[Any]) -> QuerySet[Any]:
    """Rows behind ``position``: (a > x) or (a = x and b > y) or ..., each in its direction.

    And a >= x, which follows from it: planners seek an index by that, but not by what stands beside ``or``.
    """
    wanted, equal, values = Q(), Q(), _read(queryset, ordering, position)
    bound = "lte" if ordering[0].startswith("-") else "gte"
    behind = queryset.filter(**{f"{ordering[0].lstrip('-')}__{bound}": values[0]})
    for name, value in zip(ordering, values, strict=True):
        field = name.lstrip("-")
        comparison = "lt" if name.startswith("-") else "gt"
        wanted |= equal & Q(**{f"{field}__{comparison}": value})
        equal &= Q(**{field: value})
    return behind.filter(wanted)


def _read(queryset: QuerySet[Any], ordering: Sequence[str], position: list[Any]) -> list[Any]:
    """What a cursor holds, as the columns of ``ordering`` have it.

    :raises ValidationError: too many values or too few, or one that its column cannot have.
    """
    try:
        columns = zip(ordering, position, strict=True)
        return [_reader(queryset, name.lstrip("-"))(value) for name, value in columns]
    except (ValueError, OverflowError) as error:
        raise ValidationError({"cursor": "This cursor belongs to another list."}) from error


def _reader(queryset: QuerySet[Any], name: str) -> Callable[[Any], Any]:
    """How to read a value of the column or annotation ``name`` from JSON."""
    annotation = queryset.query.annotations.get(name)
    column = annotation.output_field if annotation else _column(queryset.model, name)
    return next(read for kind, read in READERS.items() if isinstance(column, kind))


def _column(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)  # noqa: SLF001  # Django's documented Model API


def _whole(value: Any) -> int:
    """:raises ValueError: not a number of 64 bits, which no engine could compare with."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    """:raises ValueError: not a text, or one that PostgreSQL could not store."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    value.encode()  # A lone surrogate has no encoding: a ValueError, too.
    return value


def _instant(value: Any) -> datetime:
    """:raises ValueError: not an instant with an offset.
    :raises OverflowError: out of the calendar in UTC.
    """
    instant = datetime.fromisoformat(_text(value))
    if instant.tzinfo is None:
        raise ValueError(value)
    return instant.astimezone(UTC)


def _id(value: Any) -> UUID:
    """:raises ValueError: not a UUID."""
    return UUID(_text(value))


READERS: Mapping[type[Any], Callable[[Any], Any]] = {
    models.CharField: _text,
    models.DateTimeField: _instant,
    models.IntegerField: _whole,
    models.UUIDField: _id,
}
"""What lists are ordered by, and how a cursor's value of it is read."""


def _decode(cursor: str) -> tuple[bool, list[Any]]:
    """Whether it leads backward, and the values that it holds, as they are in JSON."""
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        backward, position = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise ValidationError(NOT_OURS) from error
    if not isinstance(backward, bool) or not isinstance(position, list):
        raise ValidationError(NOT_OURS)
    return backward, position


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}
