"""What a report asks of whoever adds facts up."""

from collections.abc import Callable, Sequence
from datetime import datetime
from string import Formatter
from typing import Any, Protocol

from django.db.models import QuerySet

Written = tuple[str, Sequence[Any]]
"""SQL, and the values of its ``%s``."""


class Engine(Protocol):
    def as_of(self, now: datetime) -> datetime:
        """Until when what was counted is in the facts that it reads ``now``."""

    def rows(self, selected: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
        """What a ``values_list`` of facts answers. Sums of integers may be any kind of whole number."""

    def run(
        self, statement: str, *values: object, **selected: QuerySet[Any, Any]
    ) -> list[tuple[Any, ...]]:
        """What a statement around querysets answers, which stand in it as ``{name}``.

        ``values`` are of its own ``%s``. On SQLite, ids and days are texts in the answer.
        """


def compose(
    statement: str,
    values: Sequence[object],
    selected: dict[str, QuerySet[Any, Any]],
    write: Callable[[QuerySet[Any, Any]], Written],
) -> Written:
    """The whole statement, its values in the order in which they stand there."""
    whole, given, own = "", list[object](), iter(values)
    for text, name, _, _ in Formatter().parse(statement):
        whole += text
        given += [next(own) for _ in range(text.count("%s"))]
        if name:
            select, inner = write(selected[name])
            whole += select
            given += inner
    return whole, given
