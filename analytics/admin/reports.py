"""Reports in the back office: when they come, those that are there, and who is sent them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import IntegerField, ModelForm, TimeField, TypedChoiceField
from django.http import HttpRequest
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTimeWidget,
)

from analytics import services
from analytics.documents.tables import WEEKDAYS
from analytics.models import Report, ReportFile, Schedule, Subscription
from analytics.queries import Days
from analytics.services import When
from core import clock
from core.admin import AuditedAdmin, ReadOnlyAdmin, ReadOnlyInline
from core.ids import uuid7
from ledger.queries import Interval

for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(model)  # what beat runs is the program's affair, but for reports

DAY_OF = {Report.Kind.WEEKLY.value: ("weekday",), Report.Kind.MONTHLY.value: ("day",)}
"""The field that says on which day reports of a kind come."""


class ScheduleForm(ModelForm):  # type: ignore[type-arg]  # Django's takes no parameter at run time
    """When, and whether: a day where the kind of report has one."""

    time = TimeField(widget=UnfoldAdminTimeWidget(format="%H:%M"), help_text="By the shop's clock.")
    weekday = TypedChoiceField(
        coerce=int, choices=list(enumerate(WEEKDAYS, start=1)), widget=UnfoldAdminSelectWidget
    )
    day = IntegerField(
        label="Day of the month", min_value=1, max_value=28, widget=UnfoldAdminIntegerFieldWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(asdict(When.of(self.instance)))
        for name in {"weekday", "day"} - set(DAY_OF.get(self.instance.kind, ())):
            del self.fields[name]

    @property
    def when(self) -> When:
        said = self.cleaned_data
        return When(said["time"], said.get("weekday"), said.get("day"))


@admin.register(Schedule)
class ScheduleAdmin(AuditedAdmin):
    """When reports of a kind are built, and whether."""

    form = ScheduleForm
    list_display = ("name", "enabled", "crontab", "last_run_at", "total_run_count")
    ordering = ("pk",)
    readonly_fields = ("name", "last_run_at", "total_run_count")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        assert isinstance(obj, Schedule)
        day = DAY_OF.get(obj.kind, ())
        return ["name", "enabled", "time", *day, "last_run_at", "total_run_count"]

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Its fields that are not the model's are declared, and not to be looked for there."""
        return super().get_form(request, obj, **kwargs | {"fields": ["enabled"]})

    def save_form(self, request: HttpRequest, form: Any, change: Any) -> Model:
        schedule: Schedule = super().save_form(request, form, change)
        schedule.when = form.when
        return schedule

    def store_changes(self, obj: Model, names: set[str]) -> None:
        assert isinstance(obj, Schedule)
        services.reschedule(obj, when=obj.when, is_enabled=obj.enabled)


class ReportFileInline(ReadOnlyInline):
    model = ReportFile
    fields = ("name", "content_type")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportFile]:
        files: QuerySet[ReportFile] = super().get_queryset(request)
        return files.defer("content")


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("kind", "seller", "first", "last", "version", "as_of")
    list_filter = ("kind",)
    list_select_related = ("seller",)
    search_fields = ("seller__name",)
    date_hierarchy = "built_at"
    ordering = ("-built_at", "-pk")
    exclude = ("content", "built_at")
    readonly_fields = ("as_of",)
    inlines = (ReportFileInline,)
    actions = ("build_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        reports: QuerySet[Report] = super().get_queryset(request)
        return reports.defer("content")

    @admin.display(description="As of", ordering="built_at")
    def as_of(self, report: Report) -> datetime:
        return report.built_at

    @admin.action(description="Build again, as a new version", permissions=["build"])
    def build_again(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        for report in queryset:
            services.ask_for_report(
                kind=Report.Kind(report.kind),
                days=Days(report.first, report.last),
                interval=Interval(report.interval),
                seller_id=report.seller_id,
                key=f"again:{uuid7()}",
                actor_id=request.user.pk,
                at=clock.now(),
            )
        messages.success(request, "Asked for. Jobs tell how far they are.")

    def has_build_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("analytics.add_report")


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("user", "kind", "seller", "created_at")
    list_filter = ("kind",)
    list_select_related = ("user", "seller")
    search_fields = ("user__email",)
