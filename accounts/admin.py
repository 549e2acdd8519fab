"""People in the back office."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm

from accounts import sessions
from accounts.models import Address, Seller, User
from core import audit, clock
from core.admin import AuditedAdmin, ReadOnlyAdmin, ReadOnlyInline

admin.site.unregister(Group)


class AddressInline(ReadOnlyInline):
    model = Address


@admin.register(User)
class UserAdmin(AuditedAdmin, DjangoUserAdmin):  # type: ignore[type-arg]  # Django's admin takes no parameter at run time
    """Support mends profiles; who is staff, and in which groups, is for administrators."""

    form = UserChangeForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login_at", "created_at")
    list_filter = ("is_active", "is_staff", "groups")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("-created_at",)
    inlines = (AddressInline,)
    readonly_fields = ("last_login_at", "created_at", "deleted_at")
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("email", "password", "email_verified")}),
        ("Profile", {"fields": ("first_name", "last_name", "phone", "avatar_url")}),
        ("May", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("When", {"fields": ("created_at", "last_login_at", "deleted_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)
    POWERS: ClassVar = ("email", "is_staff", "is_superuser", "groups", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, *self.POWERS)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Nobody but administrators is shown so much as the hash of a password."""
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        return ((None, {"fields": ("email", "email_verified")}), *fieldsets[1:])

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Colleagues are changed by administrators only."""
        if isinstance(obj, User) and obj.is_staff and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002  # Django's signature
        """For administrators; noted, and every session of that user ends."""
        if not request.user.is_superuser:
            raise PermissionDenied
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            self._end_access(request, User.objects.get(pk=id))
        return response

    def store_changes(self, obj: Model, names: set[str]) -> None:
        super().store_changes(obj, names)
        assert isinstance(obj, User)
        if not obj.is_active:
            sessions.end_all(user=obj, at=clock.now())

    def _end_access(self, request: HttpRequest, user: User) -> None:
        at = clock.now()
        sessions.end_all(user=user, at=at)
        audit.record(
            "admin",
            actor_id=request.user.pk,
            action="change",
            subject=user,
            changes={"password": ["", ""]},
            at=at,
        )


@admin.register(Seller)
class SellerAdmin(AuditedAdmin):
    """Support approves and suspends; whose shop it is and what it pays, administrators decide."""

    list_display = ("name", "slug", "status", "commission_rate", "user")
    list_filter = ("status",)
    list_select_related = ("user",)
    search_fields = ("name", "slug", "user__email")
    autocomplete_fields = ("user",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return () if request.user.is_superuser else ("user", "commission_rate", "slug")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_superuser)


@admin.register(Address)
class AddressAdmin(ReadOnlyAdmin):
    list_display = ("recipient", "city", "country", "user")
    list_select_related = ("user",)
    search_fields = ("recipient", "user__email")
