"""People in the back office."""

from typing import ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from unfold.forms import AdminPasswordChangeForm

from accounts.models import Address, Seller, User
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
    POWERS: ClassVar = ("email", "password", "is_staff", "is_superuser", "groups", "is_active")

    def get_readonly_fields(self, request, obj=None):  # type: ignore[no-untyped-def]  # Django's signature
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, *self.POWERS)

    def has_add_permission(self, request, obj=None):  # type: ignore[no-untyped-def]  # Django's signature
        return bool(request.user.is_superuser)


@admin.register(Seller)
class SellerAdmin(AuditedAdmin):
    list_display = ("name", "slug", "status", "commission_rate", "user")
    list_filter = ("status",)
    list_select_related = ("user",)
    search_fields = ("name", "slug", "user__email")
    autocomplete_fields = ("user",)


@admin.register(Address)
class AddressAdmin(ReadOnlyAdmin):
    list_display = ("recipient", "city", "country", "user")
    list_select_related = ("user",)
    search_fields = ("recipient", "user__email")
