"""Builds of recommendations, and the flag that chooses between two."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import ManyToManyRawIdWidget
from django.http import HttpRequest
from waffle.models import Flag, Sample, Switch

from analytics.experiments import FLAG
from analytics.models import Build
from core.admin import AuditedAdmin, ReadOnlyAdmin

for model in (Flag, Sample, Switch):
    admin.site.unregister(model)


@admin.register(Build)
class BuildAdmin(ReadOnlyAdmin):
    list_display = (
        "algorithm_version",
        "line",
        "generated_at",
        "finished_at",
        "customers",
        "is_live",
    )
    list_filter = ("line",)
    ordering = ("-generated_at",)

    @admin.display(boolean=True, description="Live")
    def is_live(self, build: Build) -> bool:
        return hasattr(build, "live")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("live")


@admin.register(Flag)
class ExperimentAdmin(AuditedAdmin):
    """Who is shown the candidate instead of what is served to the others."""

    fields = ("name", "everyone", "percent", "users", "groups", "note")
    readonly_fields = ("name",)
    list_display = ("name", "everyone", "percent", "modified")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Users are named by their ids: analysts may not look through them."""
        if db_field.name == "users":
            kwargs["widget"] = ManyToManyRawIdWidget(db_field.remote_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def store_changes(self, obj: Any, names: set[str]) -> None:
        super().store_changes(obj, names | {"modified"})

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(name=FLAG)
