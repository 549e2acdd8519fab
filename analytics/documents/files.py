"""A report as files that people keep: each table as CSV and Parquet, charts as SVG and PNG, all as PDF."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from analytics.charts import charts, draw
from analytics.documents.table_csv import table_csv
from analytics.documents.tables import names, table
from analytics.queries import SalesReport
from core.errors import NotFound

PDF = "report.pdf"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
}
SHOWN = {"svg", "png", "pdf"}
"""What a browser shows; it saves the others."""
STYLED = "default-src 'none'; style-src 'unsafe-inline'"
"""The policy of a drawing on a page of its own, which has its styles inline."""


@dataclass(frozen=True, slots=True)
class File:
    """``name`` is unique in its report; ``saved_as`` what it is called among those of others."""

    name: str
    content_type: str
    content: bytes
    saved_as: str = ""

    @property
    def headers(self) -> dict[str, str]:
        place = "inline" if self.name.rpartition(".")[2] in SHOWN else "attachment"
        return {
            "Content-Type": self.content_type,
            "Content-Disposition": f'{place}; filename="{self.saved_as or self.name}"',
            **({"Content-Security-Policy": STYLED} if self.name.endswith(".svg") else {}),
        }


def file_names(report: SalesReport) -> list[str]:
    """Of all files that it has."""
    return [
        PDF,
        *(f"{name}.{form}" for name in charts(report) for form in ("svg", "png")),
        *(f"{name}.{form}" for name in names(report) for form in ("csv", "parquet")),
    ]


def file(report: SalesReport, name: str) -> File:
    """Reads what the file is of, and nothing else. The same figures make the same bytes.

    :raises NotFound: the report has no such file.
    """
    if name not in file_names(report):
        raise NotFound(f"The report has no file {name!r}.")
    part, _, form = name.rpartition(".")
    content = FORMS[form](report, part)
    days = f"{report.days.first}-{report.days.last}"
    return File(name, TYPES[form], content, f"mercat-sales-{days}-{name}")


def _csv(report: SalesReport, name: str) -> bytes:
    return table_csv(table(report, name), report.currency)


def _parquet(report: SalesReport, name: str) -> bytes:
    from analytics.documents.table_parquet import table_parquet  # noqa: PLC0415  # loads slowly

    return table_parquet(table(report, name), report.currency)


def _pdf(report: SalesReport, _name: str) -> bytes:
    from analytics.documents.report_pdf import report_pdf  # noqa: PLC0415  # as above

    return report_pdf(report)


FORMS: Mapping[str, Callable[[SalesReport, str], bytes]] = {
    "csv": _csv,
    "parquet": _parquet,
    "svg": partial(draw, form="svg"),
    "png": partial(draw, form="png"),
    "pdf": _pdf,
}
