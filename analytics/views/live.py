"""The page of any days' sales, as they are known now."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import Seller
from analytics.documents.files import file, file_names
from analytics.documents.tables import names, table
from analytics.forms import DaysForm, KeepForm
from analytics.queries import SalesReport, day_of
from analytics.queries.days import USUAL
from analytics.views.callers import seller_shown
from analytics.views.sheets import sheets
from core import clock
from core.errors import NotFound
from core.snapshots import snapshot

RANGES = ("7d", "30d", "90d", "365d")


@login_required
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The sales of the days asked for, the last thirty if none are."""
    form = _form(request)
    if not form.is_valid():
        return render(request, "analytics/reports.html", {"form": form}, status=422)
    report = _report(request, form)
    query = _query(report)
    keep = {"first": report.days.first, "last": report.days.last, "group_by": report.interval.value}
    context = {
        "form": DaysForm(query, form.today),
        "ranges": _ranges(form, query),
        "keep_form": KeepForm(initial={**keep, "seller": report.seller_id}, auto_id=False),
        "days": report.days,
        "whose": _name(report.seller_id),
        **_sheets(report, query),
    }
    return render(request, "analytics/reports.html", context)


@login_required
@require_safe
def report_file(request: HttpRequest, name: str) -> HttpResponse:
    """A picture or another file of the same sales.

    :raises Http404: there is none of this name, or of such days.
    """
    form = _form(request)
    if not form.is_valid():
        raise Http404
    try:
        found = file(_report(request, form), name)
    except NotFound as error:
        raise Http404 from error
    return HttpResponse(found.content, headers=found.headers)


def _form(request: HttpRequest) -> DaysForm:
    return DaysForm(request.GET, day_of(clock.now()))


def _report(request: HttpRequest, form: DaysForm) -> SalesReport:
    asked = form.cleaned_data
    return SalesReport(asked["days"], asked["group_by"], seller_shown(request, asked["seller"]))


def _query(report: SalesReport) -> dict[str, str]:
    """What to ask for to get the same again."""
    days = {"from": report.days.first.isoformat(), "to": report.days.last.isoformat()}
    seller = {"seller": str(report.seller_id)} if report.seller_id else {}
    return {**days, "group_by": report.interval.value, **seller}


def _ranges(form: DaysForm, query: dict[str, str]) -> list[dict[str, Any]]:
    """Links to the last so many days, of the same seller and grouped alike."""
    asked = form.cleaned_data
    chosen = "" if asked["first"] else asked["range"] or USUAL
    alike = {name: value for name, value in query.items() if name in {"group_by", "seller"}}
    return [
        {
            "title": f"{each.removesuffix('d')} days",
            "url": f"?{urlencode({'range': each} | alike)}",
            "is_chosen": each == chosen,
        }
        for each in RANGES
    ]


def _name(seller_id: UUID | None) -> str:
    """Whose sales they are."""
    return Seller.objects.get(pk=seller_id).name if seller_id else "The whole shop"


def _sheets(report: SalesReport, query: dict[str, str]) -> dict[str, Any]:
    with snapshot():
        tables = {name: table(report, name) for name in names(report)}
    asked = urlencode(query)
    return sheets(
        tables,
        report.currency,
        file_names(report),
        lambda name: f"{reverse('report_file', args=[name])}?{asked}",
    )
