"""Who adds facts up for a report: the shop's own database, or DuckDB over their export.

Queries are querysets, and statements around querysets, in the SQL that SQLite, PostgreSQL and DuckDB
have in common; whoever runs them, the answers are the same.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from django.conf import settings

from analytics.engines.database import DATABASE
from analytics.engines.engine import Engine

__all__ = ["DATABASE", "Engine", "chosen"]


def chosen() -> Engine:
    """The one that ``settings.REPORTS_ENGINE`` names. DuckDB reads the newest export.

    :raises analytics.engines.exports.NoExport: there is none.
    """
    return ENGINES[settings.REPORTS_ENGINE]()


def _duckdb() -> Engine:
    from analytics.engines.duck import DuckDB  # heavy, and few need it
    from analytics.engines.exports import latest

    return DuckDB(latest(Path(settings.REPORTS_EXPORT)))


ENGINES: Mapping[str, Callable[[], Engine]] = {"database": lambda: DATABASE, "duckdb": _duckdb}
"""By the names that the setting knows."""
