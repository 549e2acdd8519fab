"""A report's table as Parquet, written by DuckDB."""

from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from analytics.documents.body import plain
from analytics.documents.tables import Column, Kind, Table
from core.money import exponent

TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.DAY: "DATE",
    Kind.COUNT: "BIGINT",
    Kind.RATE: "DECIMAL(18, 4)",
}
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "64MB",
    "autoinstall_known_extensions": False,
}


def table_parquet(table: Table, currency: str) -> bytes:
    """Columns by their names: ``VARCHAR``, ``DATE``, ``BIGINT``, ``DECIMAL(18, 4)`` for rates and
    ``DECIMAL(18, decimals of the currency)`` for amounts. The file's own metadata have ``title``
    and ``currency``.
    """
    with TemporaryDirectory() as folder, duckdb.connect(config=CONFIG) as database:
        path = Path(folder) / "table.parquet"
        _fill(database, table, currency)
        database.execute(
            f"COPY report TO {_quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, "
            f"KV_METADATA {{title: {_quoted(table.title)}, currency: {_quoted(currency)}}})"
        )
        return path.read_bytes()


def _fill(database: duckdb.DuckDBPyConnection, table: Table, currency: str) -> None:
    types = [_type(column, currency) for column in table.columns]
    named = [f'"{column.name}" {of}' for column, of in zip(table.columns, types, strict=True)]
    database.execute(f"CREATE TABLE report ({', '.join(named)})")
    arrays = ", ".join(f"unnest(?::{of}[])" for of in types)
    values = [
        [plain(column, row[n], currency) for row in table.rows]
        for n, column in enumerate(table.columns)
    ]
    database.execute(f"INSERT INTO report SELECT {arrays}", values)


def _type(column: Column, currency: str) -> str:
    return TYPES.get(column.kind) or f"DECIMAL(18, {exponent(currency)})"


def _quoted(text: str) -> str:
    """As a literal: COPY takes no parameters."""
    return "'" + text.replace("'", "''") + "'"
