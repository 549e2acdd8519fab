"""The bases of every admin page: read-only where history is kept, audited where it is edited."""

from typing import Any

from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from core import audit, clock


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

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]  # noqa: FBT001  # Django's signature
        if change and hasattr(obj, "version"):
            obj.version += 1
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
        """Save ``obj``; pages whose rows have a service of their own call that instead."""
        obj.save()


def _changes(form: ModelForm) -> dict[str, Any]:  # type: ignore[type-arg]  # any model's form
    """``{field: [old, new]}`` as text; secrets are only said to have changed."""
    return {
        name: ["", ""]
        if "password" in name
        else [str(form.initial.get(name, "")), str(form.cleaned_data.get(name, ""))]
        for name in form.changed_data
    }
