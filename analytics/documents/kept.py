"""Reports that are kept, and their files, for those who may see them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from analytics.documents.files import File
from analytics.models import Report, ReportFile
from core.errors import NotFound


def kept_report(user: Any, report_id: UUID) -> Report:
    """:raises NotFound: there is none, or none that ``user`` may see."""
    report = Report.objects.visible_to(user).select_related("seller").filter(pk=report_id).first()
    if report is None:
        raise NotFound
    return report


def versions(report: Report) -> QuerySet[Report]:
    """All of them, the oldest first, without their content."""
    same = Report.objects.filter(
        kind=report.kind,
        seller=report.seller,
        first=report.first,
        last=report.last,
        interval=report.interval,
    )
    return same.defer("content").order_by("version")


def kept_file_names(report: Report) -> list[str]:
    return list(report.files.order_by("pk").values_list("name", flat=True))


def kept_file(report: Report, name: str) -> File:
    """As it was when the report was built.

    :raises NotFound: the report has no such file.
    """
    found = ReportFile.objects.filter(report=report, name=name).first()
    if found is None:
        raise NotFound(f"The report has no file {name!r}.")
    saved_as = f"mercat-{report.kind}-{report.first}-{report.last}-v{report.version}-{name}"
    return File(name, found.content_type, bytes(found.content), saved_as)
