"""Having reports built and kept, how far they are, and being mailed those that come by themselves."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.visitors import visitor
from analytics import services
from analytics.forms import KeepForm, SubscriptionForm
from analytics.models import Report
from analytics.queries.building import Building, building
from analytics.views.callers import seller_shown
from core import clock
from core.pages import page_of

ON_PAGE = 20
JOBS_SHOWN = 5


@login_required
@require_safe
def kept_reports(request: HttpRequest) -> HttpResponse:
    """Reports that are kept, those on their way that the visitor has asked for, and subscriptions."""
    seller_id = seller_shown(request)
    context = {
        **_jobs(request),
        "page": page_of(request, _reports(request), ON_PAGE),
        "subscriptions": _subscriptions(request, seller_id),
    }
    return render(request, "analytics/kept_reports.html", context)


@login_required
@require_safe
def report_jobs(request: HttpRequest) -> HttpResponse:
    """How far the visitor's reports are: what the page asks for as long as one is on its way."""
    if not request.htmx:  # type: ignore[attr-defined]  # its middleware's
        return redirect("kept_reports")
    return render(request, "analytics/_jobs.html", _jobs(request))


@login_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Have the report that is shown built and kept."""
    form = KeepForm(request.POST)
    if not form.is_valid():
        messages.error(request, "These days cannot be kept. Choose others.")
        return redirect("reports")
    asked = form.cleaned_data
    person = visitor(request)
    services.ask_for_report(
        kind=Report.Kind.ASKED,
        days=asked["days"],
        interval=asked["group_by"],
        seller_id=seller_shown(request, asked["seller"]),
        key=f"asked:{person.pk}:{asked['key']}",
        actor_id=person.pk,
        at=clock.now(),
    )
    return redirect("kept_reports")


@login_required
@require_POST
def subscription(request: HttpRequest) -> HttpResponse:
    """Begin being mailed reports of one kind, of whom the visitor is shown them."""
    form = SubscriptionForm(request.POST)
    if form.is_valid():
        kind, seller_id = form.cleaned_data["kind"], seller_shown(request)
        services.subscribe(user=visitor(request), kind=kind, seller_id=seller_id, at=clock.now())
        messages.success(request, f"You will be mailed each {kind.label} report.")
    return redirect("kept_reports")


@login_required
@require_POST
def end_subscription(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """End being mailed reports, also of whom the visitor is shown none any more."""
    own = visitor(request).report_subscriptions.filter(pk=subscription_id).first()
    if own:
        kind = Report.Kind(own.kind)
        services.unsubscribe(user=own.user, kind=kind, seller_id=own.seller_id)
        messages.success(request, f"You will be mailed no more {kind.label} reports.")
    return redirect("kept_reports")


def _reports(request: HttpRequest) -> QuerySet[Report]:
    visible = Report.objects.visible_to(request.user).select_related("seller")
    return visible.defer("content").order_by("-built_at", "-pk")


def _jobs(request: HttpRequest) -> dict[str, Any]:
    found = building(visitor(request).pk, limit=JOBS_SHOWN)
    return {"jobs": found, "is_busy": any(_is_busy(each) for each in found)}


def _is_busy(one: Building) -> bool:
    return not one.job.finished_at


def _subscriptions(request: HttpRequest, seller_id: UUID | None) -> list[dict[str, Any]]:
    """Each kind, and what the visitor is mailed of it; then whatever else he has subscribed to."""
    own = visitor(request).report_subscriptions.select_related("seller").order_by("pk")
    mailed = {(each.kind, each.seller_id): each for each in own}
    kinds = [each for each in Report.Kind if each != Report.Kind.ASKED]
    offered = [{"kind": each, "own": mailed.pop((each, seller_id), None)} for each in kinds]
    others = [
        {"kind": Report.Kind(each.kind), "own": each, "is_other": True} for each in mailed.values()
    ]
    return offered + others
