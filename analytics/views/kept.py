"""The page of a report that is kept."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from analytics.documents.body import tables
from analytics.documents.kept import kept_file, kept_file_names, kept_report, versions
from analytics.models import Report
from analytics.views.sheets import sheets
from core.errors import NotFound

YEAR = 365 * 24 * 60 * 60


@login_required
@require_safe
def report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """A report as it was when it was built, and its other versions."""
    found = _found(request, report_id)
    shown = sheets(
        tables(found.content),
        found.currency,
        kept_file_names(found),
        lambda name: reverse("kept_file", args=[found.pk, name]),
    )
    context = {"report": found, "versions": versions(found), **shown}
    return render(request, "analytics/report.html", context)


@login_required
@require_safe
def kept_file_page(request: HttpRequest, report_id: UUID, name: str) -> HttpResponse:
    """A file of such a report. It never changes.

    :raises Http404: the report has none of this name.
    """
    try:
        found = kept_file(_found(request, report_id), name)
    except NotFound as error:
        raise Http404 from error
    response = HttpResponse(found.content, headers=found.headers)
    patch_cache_control(response, private=True, max_age=YEAR, immutable=True)
    return response


def _found(request: HttpRequest, report_id: UUID) -> Report:
    """:raises Http404: there is none, or none that the visitor may see."""
    try:
        return kept_report(request.user, report_id)
    except NotFound as error:
        raise Http404 from error
