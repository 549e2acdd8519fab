"""What a report asks of whoever adds facts up."""

from typing import Any, Protocol

from django.db.models import QuerySet


class Engine(Protocol):
    def rows(self, selected: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
        """What a ``values_list`` of facts answers. Sums of integers may be any kind of whole number."""

    def run(
        self, statement: str, selected: QuerySet[Any, Any], *values: object
    ) -> list[tuple[Any, ...]]:
        """What a statement around ``selected`` answers, which stands in it once, as ``{rows}``.

        ``values`` are for the ``%s`` behind it. On SQLite, ids and days are texts in the answer.
        """
