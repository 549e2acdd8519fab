"""Facts as Parquet files: what an export looks like, and which one is the newest.

``sales/month=2011-11-01/facts.parquet``: a folder for each kind of fact, in it one for each month, as
Hive parts tables and Spark, Trino, ClickHouse and DuckDB read them. Ids are texts, which all of them have.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db.models import Field, ForeignKey, Model

from analytics.models import CustomerFact, HourFact, Newcomer, PairFact, SalesFact, SellerNewcomer

EXPORTED: Mapping[str, type[Model]] = {
    "sales": SalesFact,
    "customers": CustomerFact,
    "hours": HourFact,
    "pairs": PairFact,
    "newcomers": Newcomer,
    "seller_newcomers": SellerNewcomer,
}

TYPES = {
    "BigIntegerField": "BIGINT",
    "PositiveSmallIntegerField": "SMALLINT",
    "DateField": "DATE",
    "CharField": "VARCHAR",
    "UUIDField": "UUID",
}

NEWEST = "newest"
"""A link to the export that is to be read."""
CONTENTS = "contents.json"
"""Beside the facts: when they were as they are, and how many."""


class NoExport(Exception):
    """There is none to read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"No facts have been exported to {folder}: run manage.py export_facts.")


@dataclass(frozen=True, slots=True)
class Export:
    """A whole one, in a folder of its own. ``rows`` of each kind are as of ``made_at``."""

    folder: Path
    made_at: datetime
    rows: Mapping[str, int]

    def view(self, name: str, fact: type[Model]) -> str:
        """DuckDB's statement that shows the files of ``name`` as ``fact``'s table."""
        table, columns = fact._meta.db_table, columns_of(fact)  # noqa: SLF001  # Django's documented Model API
        read = ", ".join(
            f"CAST({column} AS {kind}) AS {column}" for column, kind in columns.items()
        )
        files = self.folder / name / "*" / "*.parquet"
        if not self.rows[name]:
            nothing = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            return f"CREATE TABLE {table} ({nothing})"
        return (
            f"CREATE VIEW {table} AS SELECT {read} FROM read_parquet('{files}',"  # noqa: S608  # ours
            " hive_partitioning = true, hive_types = {'month': DATE})"
        )


def columns_of(fact: type[Model]) -> dict[str, str]:
    """DuckDB's types by the names of the fact's columns."""
    return {str(field.column): _type(field) for field in fact._meta.concrete_fields}  # noqa: SLF001  # as above


def _type(field: "Field[object, object]") -> str:
    target = field.target_field if isinstance(field, ForeignKey) else field
    return TYPES[target.get_internal_type()]


def latest(exports: Path) -> Export:
    """:raises NoExport: none has been made in ``exports``."""
    folder = (exports / NEWEST).resolve()
    try:
        contents = json.loads((folder / CONTENTS).read_text())
    except FileNotFoundError:
        raise NoExport(exports) from None
    return Export(folder, datetime.fromisoformat(contents["made_at"]), contents["rows"])
