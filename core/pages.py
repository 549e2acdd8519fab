"""What the server-rendered pages of every app need: pages of a list, refusals beside fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest

from core.errors import DomainError

MOST_DIGITS = 7
"""Of a page's number."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``first`` and ``last`` count its items from 1 (0 when empty).

    ``total`` may be an estimate.
    """

    items: Sequence[Any]
    number: int
    total: int
    first: int
    last: int
    previous_url: str | None
    next_url: str | None
    is_estimate: bool = False

    @property
    def rounded_total(self) -> int:
        """An estimate to two digits, as it is no better; else ``total`` itself."""
        return round(self.total, 2 - len(str(self.total))) if self.is_estimate else self.total


def page_of(
    request: HttpRequest,
    queryset: QuerySet[Any],
    size: int,
    *,
    total: int | None = None,
    is_estimate: bool = False,
) -> Page:
    """The page that ``?page=`` names; the last one where there is no such page.

    ``total`` is how long the list is, if that is known, perhaps as an estimate. One row more than is
    shown says whether there is a next page, which an estimate could not.
    """
    total = queryset.count() if total is None else total
    number = _wanted(request)
    if not is_estimate:
        number = min(number, _last(total, size))
    start = (number - 1) * size
    rows = list(queryset[start : start + size + 1])
    if number > 1 and not rows:  # the estimate was too high, or rows have gone meanwhile
        return page_of(request, queryset, size)
    items = rows[:size]
    return Page(
        items=items,
        number=number,
        total=total,
        first=start + 1 if items else 0,
        last=start + len(items),
        previous_url=_url(request, number - 1) if number > 1 else None,
        next_url=_url(request, number + 1) if len(rows) > size else None,
        is_estimate=is_estimate,
    )


def _wanted(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    readable = len(text) <= MOST_DIGITS and text.isascii() and text.isdigit()
    return max(1, int(text)) if readable else 1


def _last(total: int, size: int) -> int:
    return max(1, -(-total // size))


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
