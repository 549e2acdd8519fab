"""A report on a page, whether it was read just now or is kept."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.documents.tables import Table
from analytics.documents.words import Cell, cells, heads, tiles

Link = Callable[[str], str]

FORMS = {"svg": "SVG", "png": "PNG", "csv": "CSV", "parquet": "Parquet", "pdf": "PDF"}


@dataclass(frozen=True, slots=True)
class Download:
    form: str
    url: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table, its chart (the address of a picture, or "") and all files of it."""

    name: str
    title: str
    heads: list[Cell]
    rows: list[list[Cell]]
    picture: str
    downloads: list[Download]


def sheets(
    tables: Mapping[str, Table], currency: str, files: Iterable[str], link: Link
) -> dict[str, Any]:
    """What the template shows of a report's ``tables``; ``link`` is where a file is."""
    links = {name: link(name) for name in files}
    summary, *others = (_sheet(table, currency, links) for table in tables.values())
    return {
        "tiles": tiles(tables["summary"], currency),
        "summary": summary,
        "sheets": others,
        "pdf": links.get("report.pdf", ""),
    }


def _sheet(table: Table, currency: str, links: Mapping[str, str]) -> Sheet:
    named = ((*name.split("."), url) for name, url in links.items())
    return Sheet(
        table.name,
        table.title,
        heads(table),
        cells(table, currency),
        links.get(f"{table.name}.svg", ""),
        [Download(FORMS[form], url) for stem, form, url in named if stem == table.name],
    )
