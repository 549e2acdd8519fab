"""Accounts, with their balance and newest entries."""

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from unfold.decorators import action

from core import clock
from ledger import queries, services
from ledger.admin.base import NEWEST, AsksWhy, EntryInline, actor_id
from ledger.admin.forms import StatementForm
from ledger.models import Account, Entry


class AccountEntryInline(EntryInline):
    verbose_name_plural = "newest entries"
    fields = readonly_fields = (
        "account_seq",
        "transaction",
        "amount_shown",
        "balance_shown",
        "recorded_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        entries: QuerySet[Entry] = super().get_queryset(request)
        newest = entries.filter(account_seq__gt=F("account__version") - NEWEST)
        return newest.select_related("transaction").order_by("-account_seq")


STATEMENT = 100
"""Entries on a page of a statement."""


def _statement(account: Account, form: StatementForm) -> queries.Statement:
    since, until = form.span
    return queries.statement(account.code, since, until, form.after, STATEMENT)


def _following(request: HttpRequest, shown: queries.Statement | None) -> str:
    """The address of the entries after those that are shown."""
    query = request.GET.copy()
    query["after_version"] = str(shown.following) if shown else ""
    return f"?{query.urlencode()}"


@admin.register(Account)
class AccountAdmin(AsksWhy):
    list_display = ("code", "kind", "currency", "balance_shown", "version", "status")
    list_filter = ("kind", "currency", "status")
    search_fields = ("code",)
    ordering = ("code",)
    fields = (
        "code",
        "kind",
        "currency",
        "balance_shown",
        "floor_shown",
        "version",
        "last_at",
        "status",
        "tier",
    )
    inlines = (AccountEntryInline,)
    actions = ("freeze", "unfreeze")
    actions_detail = ("statement",)

    @action(  # type: ignore[untyped-decorator]  # Unfold is untyped
        description="Statement", url_path="statement", permissions=["view"], icon="receipt_long"
    )
    def statement(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Opening, entries and closing of the days asked for, ``STATEMENT`` entries at a time."""
        account = get_object_or_404(Account, pk=object_id)
        form = StatementForm(request.GET or None)
        shown = _statement(account, form) if form.is_valid() or not form.is_bound else None
        context = {
            **self.admin_site.each_context(request),
            "title": f"Statement of {account.code}",
            "opts": self.opts,
            "note": "by the time of recording. Without a first day: thirty days",
            "form": form,
            "statement": shown,
            "following": _following(request, shown),
        }
        return TemplateResponse(request, "admin/ledger/account_statement.html", context)

    @admin.action(description="Freeze, with a reason", permissions=["freeze"])
    def freeze(self, request: HttpRequest, queryset: QuerySet[Account]) -> HttpResponse | None:
        def freeze(account: Account, reason: str) -> None:
            services.freeze_account(
                code=account.code, reason=reason, actor_id=actor_id(request), at=clock.now()
            )

        return self.act(request, queryset, "Freeze", freeze)

    @admin.action(description="Unfreeze, with a reason", permissions=["freeze"])
    def unfreeze(self, request: HttpRequest, queryset: QuerySet[Account]) -> HttpResponse | None:
        def unfreeze(account: Account, reason: str) -> None:
            services.unfreeze_account(
                code=account.code, reason=reason, actor_id=actor_id(request), at=clock.now()
            )

        return self.act(request, queryset, "Unfreeze", unfreeze)

    def has_freeze_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("ledger.freeze_account")

    @admin.display(description="Balance", ordering="balance")
    def balance_shown(self, account: Account) -> str:
        return account.money.display()

    @admin.display(description="Floor")
    def floor_shown(self, account: Account) -> str:
        return "none" if account.floor is None else account.floor.display()
