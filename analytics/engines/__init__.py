"""Who adds facts up for a report: the shop's own database, or DuckDB over their export.

Queries are querysets, and statements around querysets, in the SQL that SQLite, PostgreSQL and DuckDB
have in common; whoever runs them, the answers are the same.
"""

from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from analytics.engines.database import DATABASE
from analytics.engines.engine import Engine

__all__ = ["DATABASE", "Engine", "chosen"]

ENGINES = {
    "database": "analytics.engines.database.open_engine",
    "duckdb": "analytics.engines.duck.open_engine",
}
"""By the names that the setting knows; what is not asked for is not loaded."""


def chosen() -> Engine:
    """The one that ``settings.REPORTS_ENGINE`` names. DuckDB reads the newest export.

    :raises analytics.engines.exports.NoExport: there is none.
    """
    engine: Engine = import_string(ENGINES[settings.REPORTS_ENGINE])(Path(settings.REPORTS_EXPORT))
    return engine
