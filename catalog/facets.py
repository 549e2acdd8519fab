"""Counting products by several columns at once: they are found once, and counted from what was found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, IntegerField, When

from catalog.models.products import ProductQuerySet
from core.money import exponent

BANDS = (0, 5, 10, 20, 50, 100, 200, 500)
"""Where the bands of prices begin, in units of the shop's currency; the last has no end. Each is where a
step begins that the database counts by, see ``steps``."""

READERS: Mapping[str, Callable[[str], Any]] = {
    "category": UUID,
    "brand": UUID,
    "condition": str,
    "band": int,
}
"""What can be counted by, and how the database's text of it is read."""


def starts() -> list[int]:
    """Of ``BANDS``, in minor units."""
    unit = 10 ** exponent(settings.SHOP_CURRENCY)
    return [start * unit for start in BANDS]


def counted_by(products: ProductQuerySet, names: Iterable[str]) -> dict[str, dict[Any, int]]:
    """How many of ``products`` have each value of each of ``names``; those without one are left out."""
    counts: dict[str, dict[Any, int]] = {name: {} for name in names}
    for name, value, number in _rows(products, [*counts]):
        if value is not None:
            counts[name][READERS[name](value)] = number
    return counts


def _rows(products: ProductQuerySet, names: list[str]) -> list[tuple[str, str | None, int]]:
    placed = [When(price__lt=start, then=place) for place, start in enumerate(starts()[1:])]
    band = Case(*placed, default=len(BANDS) - 1, output_field=IntegerField())
    columns = [band if name == "band" else F(name) for name in names]
    try:
        found, parameters = products.order_by().values_list(*columns).query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(COUNTED[connection.vendor](found, names), parameters)
        rows: list[tuple[str, str | None, int]] = cursor.fetchall()
    return rows


def _at_once(found: str, names: Sequence[str]) -> str:
    """PostgreSQL counts by all columns while it looks once. A row has the value of one of them, so what has
    none is of a product without one."""
    named = " ".join(f"WHEN {name} IS NOT NULL THEN '{name}'" for name in names)
    values = ", ".join(f"CAST({name} AS text)" for name in names)
    sets = ", ".join(f"({name})" for name in names)
    return (
        f"SELECT CASE {named} END, COALESCE({values}), count(*)"  # noqa: S608  # of READERS
        f" FROM ({found}) AS found ({', '.join(names)}) GROUP BY GROUPING SETS ({sets})"
    )


def _in_turn(found: str, names: Sequence[str]) -> str:
    """SQLite keeps what it found, and counts by one column after the other."""
    counted = (
        f"SELECT '{name}', CAST({name} AS text), count(*) FROM found GROUP BY {name}"  # noqa: S608  # of READERS
        for name in names
    )
    return f"WITH found ({', '.join(names)}) AS ({found}) {' UNION ALL '.join(counted)}"


COUNTED: Mapping[str, Callable[[str, Sequence[str]], str]] = {
    "postgresql": _at_once,
    "sqlite": _in_turn,
}
"""The statement that counts what a statement finds by each of its columns."""
