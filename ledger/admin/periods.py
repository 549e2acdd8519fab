"""Closed months, the financial statements of any day, and closing a month."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from unfold.decorators import action

from core import clock
from core.admin import ReadOnlyAdmin
from core.errors import DomainError
from ledger import queries, services
from ledger.admin.base import actor_id, name_of
from ledger.admin.forms import CloseForm, SpanForm, ended_months
from ledger.exports.statements import FORMATS
from ledger.models import PeriodClose
from ledger.models.periods import INSTANT, month_end

DOWNLOADS = {"csv": "text/csv", "json": "application/json"}


@admin.register(PeriodClose)
class PeriodCloseAdmin(ReadOnlyAdmin):
    list_display = ("label", "closed_at", "closer", "reason", "digest", "intact")
    ordering = ("-starts_at",)
    fields = ("label", "starts_at", "ends_at", "closed_at", "closer", "reason", "sha256", "intact")
    actions_list = ("statements", "close")
    actions_detail = ("stored",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PeriodClose]:
        closes: QuerySet[PeriodClose] = super().get_queryset(request)
        return closes.annotate(closer=name_of("actor_id"))

    @action(  # type: ignore[untyped-decorator]  # Unfold is untyped
        description="Financial statements",
        url_path="statements",
        permissions=["view"],
        icon="balance",
    )
    def statements(self, request: HttpRequest) -> HttpResponse:
        """Trial balance, balance sheet and income statement of the days asked for."""
        form = SpanForm(request.GET or None)
        found, refusal = None, ""
        try:
            if form.is_valid() or not form.is_bound:
                found = queries.financial_statements(form.last_instant, since=form.first_instant)
        except DomainError as error:
            refusal = error.detail
        if found and (kind := request.GET.get("format")) in DOWNLOADS:
            name = f"statements-{found.at:%Y-%m-%d}.{kind}"
            return _download(FORMATS[kind](found).encode(), name, DOWNLOADS[kind])
        context = {
            "form": form,
            "found": found,
            "refusal": refusal,
            "query": request.GET.urlencode(),
        }
        return self._page(request, "Financial statements", "statements", context)

    @action(  # type: ignore[untyped-decorator]  # as above
        description="Close a month",
        url_path="close",
        permissions=["close"],
        icon="lock",
    )
    def close(self, request: HttpRequest) -> HttpResponse:
        """Show what would be closed; with a reason and a word of confirmation, close it."""
        open_from = queries.next_to_close()
        months = list(ended_months(open_from, clock.now()))
        form = CloseForm(months, request.POST or None)
        if form.is_valid() and self._closed(request, form):
            return redirect("admin:ledger_periodclose_changelist")
        context: dict[str, Any] = {"form": form, "open_from": open_from, "months": months}
        if months:
            last = month_end(months[0]) - INSTANT
            context["found"] = queries.financial_statements(last, since=months[0])
        return self._page(request, "Close a month", "close", context)

    @action(  # type: ignore[untyped-decorator]  # as above
        description="Stored reports", url_path="reports", permissions=["view"], icon="description"
    )
    def stored(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The very bytes that were stored when the month was closed."""
        one = get_object_or_404(PeriodClose, pk=object_id)
        return _download(bytes(one.reports), f"reports-{one.label}.json", "application/json")

    def has_close_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("ledger.close_period")

    @admin.display(description="Month", ordering="starts_at")
    def label(self, one: PeriodClose) -> str:
        return one.label

    @admin.display(description="Closed by")
    def closer(self, one: Any) -> str:
        return one.closer or str(one.actor_id or "command line")

    @admin.display(description="SHA-256")
    def digest(self, one: PeriodClose) -> str:
        return f"{one.sha256[:16]}…"

    @admin.display(description="Intact", boolean=True)
    def intact(self, one: PeriodClose) -> bool:
        return one.is_intact

    def _closed(self, request: HttpRequest, form: CloseForm) -> bool:
        try:
            closes = services.close_period(
                through=form.cleaned_data["through"],
                reason=form.cleaned_data["reason"],
                actor_id=actor_id(request),
            )
        except DomainError as refusal:
            form.add_error(None, refusal.detail)
            return False
        for one in closes:
            messages.success(request, f"{one.starts_at:%B %Y} is closed.")
        return True

    def _page(
        self, request: HttpRequest, title: str, name: str, context: dict[str, Any]
    ) -> HttpResponse:
        usual = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, f"admin/ledger/{name}.html", usual | context)


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=disposition)
