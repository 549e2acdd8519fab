"""The bases of every admin page: read-only where history is kept, audited where it is edited."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import DataError, IntegrityError
from django.db.models import Model, QuerySet, URLField
from django.forms import Form, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin, TabularInline

from core import audit, clock, events, jobs
from core.errors import DomainError
from core.models import NEXT_VERSION, AuditEntry, Delivery, Event, Job, Versioned


class ReadOnly:
    """Mixin: may be looked at by those who may view, and changed by nobody."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]  # Unfold is untyped
    list_per_page = 50
    show_full_result_count = False


class AsksFirst(ReadOnlyAdmin):
    """Actions on chosen rows that first ask for something, on a page of their own."""

    def ask(
        self, request: HttpRequest, chosen: QuerySet[Any], form: Form, *, verb: str, question: str
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": verb,
            "question": question,
            "verb": verb,
            "action": request.POST["action"],
            "queryset": chosen,
            "form": form,
            "opts": self.opts,
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/ask.html", context)

    def act_on_one(
        self,
        request: HttpRequest,
        chosen: QuerySet[Any],
        form: Form,
        service: Callable[[Any, Mapping[str, Any]], str],
        *,
        verb: str,
        only_one: str,
    ) -> HttpResponse | None:
        """Ask, or call ``service`` with the row and what was asked for; say what it says came of it.

        ``only_one`` is said to whoever chose several.
        """
        if chosen.count() != 1:
            messages.error(request, only_one)
            return None
        if not form.is_valid():
            return self.ask(request, chosen, form, verb=verb, question=f"{verb} the following:")
        row = chosen.get()
        try:
            outcome = service(row, form.cleaned_data)
        except DomainError as refusal:
            messages.error(request, f"{row}: {refusal.detail}")
        else:
            messages.success(request, f"{row}: {outcome}.")
        return None


class ReadOnlyInline(ReadOnly, TabularInline):  # type: ignore[misc]  # Unfold is untyped
    extra = 0
    show_change_link = True


class AuditedAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold is untyped
    """Every change made here goes into the audit trail with its old and new values.

    Nothing is deleted: orders and books refer to these rows.
    """

    list_per_page = 50
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What only the database can see is refused there; say so instead of breaking down."""
        try:
            response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except (IntegrityError, DataError) as error:
            messages.error(request, f"Not saved, because the database refuses it: {error}")
            return redirect(request.path)
        return response

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]  # noqa: FBT001  # Django's signature
        if change:
            self.store_changes(obj, set(form.changed_data))
        else:
            self.store(obj)
        audit.record(
            "admin",
            actor_id=request.user.pk,
            action="change" if change else "add",
            subject=obj,
            changes=_changes(form),
            at=clock.now(),
        )

    def store(self, obj: Model) -> None:
        """Insert ``obj``."""
        obj.save()

    def store_changes(self, obj: Model, names: set[str]) -> None:
        """Write the changed columns and no other: the form is old, and stock was sold meanwhile."""
        own = {field.name for field in obj._meta.concrete_fields}  # noqa: SLF001  # Django's documented Model API
        if isinstance(obj, Versioned):
            obj.version = NEXT_VERSION  # counted by the database
        obj.save(update_fields=(names | {"updated_at", "version"}) & own)
        obj.refresh_from_db()


def _changes(form: ModelForm) -> dict[str, list[str]]:  # type: ignore[type-arg]  # any model's form
    """``{field: [old, new]}`` as text; secrets are only said to have changed."""
    changes = {}
    for name in form.changed_data:
        old, new = (str(values.get(name, "")) for values in (form.initial, form.cleaned_data))
        if "password" in name:
            changes[name] = ["", ""]
        elif old != new:
            changes[name] = [old, new]
    return changes


class DeliveryInline(ReadOnlyInline):
    model = Delivery
    fields = ("consumer", "state", "attempts", "next_at", "error")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("kind", "subject_id", "at")
    list_filter = ("kind",)
    search_fields = ("subject_id",)
    inlines = (DeliveryInline,)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What is on its way, and what failed too often: parked, until somebody replays it."""

    list_display = ("event", "consumer", "state", "attempts", "next_at", "error")
    list_filter = ("state", "consumer")
    list_select_related = ("event",)
    actions = ("replay",)

    @admin.action(description="Replay what is parked", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        for delivery in queryset:
            events.replay(delivery.pk, at=clock.now())

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("core.change_delivery")


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """The last runs of what takes long: how far they are, how long they took, and why they failed."""

    list_display = (
        "kind",
        "key",
        "state",
        "percent",
        "step",
        "attempts",
        "started_at",
        "duration",
        "error",
    )
    list_filter = ("state", "kind")
    search_fields = ("key", "actor_id")
    ordering = ("-queued_at", "-pk")
    actions = ("retry",)

    @admin.display(description="Progress")
    def percent(self, job: Job) -> str:
        return f"{job.progress} %"

    @admin.action(description="Try again what has failed", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job in queryset:
            try:
                jobs.retry(job, actor_id=request.user.pk, at=clock.now())
            except DomainError as refusal:
                messages.error(request, f"{job}: {refusal.detail}")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("core.change_job")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("stream", "seq", "at", "action", "object_type", "object_id", "actor_id")
    list_filter = ("stream", "action", "object_type")
    search_fields = ("object_id", "actor_id")
    ordering = ("-at",)
