"""A report's tables as pictures. The same figures make the same bytes.

Each is drawn on a figure of its own: pyplot, whose figures are the whole process's, is never loaded.
Nor is matplotlib before something is to be drawn, which takes it a second.
"""

from collections.abc import Mapping
from typing import Literal

from django.utils.module_loading import import_string

from analytics.documents.tables import names, table
from analytics.queries import SalesReport

Form = Literal["svg", "png"]

CHARTS: Mapping[str, str] = {
    "trend": "analytics.charts.lines.trend",
    "categories": "analytics.charts.bars.nets",
    "products": "analytics.charts.bars.nets",
    "sellers": "analytics.charts.bars.nets",
    "countries": "analytics.charts.bars.nets",
    "hours": "analytics.charts.heat.week",
    "segments": "analytics.charts.bars.segments",
    "cohorts": "analytics.charts.heat.retention",
    "pairs": "analytics.charts.bars.lifts",
}
"""Tables that are drawn, and by what."""


def charts(report: SalesReport) -> list[str]:
    """Of the charts that it has, the names."""
    return [name for name in names(report) if name in CHARTS]


def draw(report: SalesReport, name: str, form: Form) -> bytes:
    """Reads what the chart is of, and nothing else.

    :raises KeyError: the report has no such chart.
    """
    from analytics.charts.sheets import Drawing, drawn  # noqa: PLC0415  # loads slowly

    figure = import_string(CHARTS[name])
    return drawn(figure(Drawing(table(report, name), report.currency, report.days)), form)
