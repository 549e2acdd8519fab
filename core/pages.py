"""What the server-rendered pages of every app need: pages of a list, refusals beside fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest

from core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``first`` and ``last`` count its items from 1 (0 when empty)."""

    items: Sequence[Any]
    number: int
    total: int
    first: int
    last: int
    previous_url: str | None
    next_url: str | None


def page_of(request: HttpRequest, queryset: QuerySet[Any], size: int) -> Page:
    """The page that ``?page=`` names; the nearest one where there is no such page."""
    page = Paginator(queryset, size).get_page(request.GET.get("page"))
    return Page(
        items=list(page.object_list),
        number=page.number,
        total=page.paginator.count,
        first=page.start_index(),
        last=page.end_index(),
        previous_url=_url(request, page.number - 1) if page.has_previous() else None,
        next_url=_url(request, page.number + 1) if page.has_next() else None,
    )


def _url(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"{request.path}?{query.urlencode()}"


def add_refusal(
    form: BaseForm, error: DomainError, beside: Mapping[str, str] | None = None
) -> None:
    """Show a refusal beside the field it names, or above the form.

    ``beside`` says which field of the form stands for an input of another name.
    """
    field = (beside or {}).get(error.field, error.field)
    form.add_error(field if field in form.fields else None, error.detail)
