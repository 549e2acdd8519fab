"""Reversals above the limit: one person has asked, another decides."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from ledger import services
from ledger.admin.base import AsksWhy, actor_id, name_of
from ledger.models import ReversalRequest


@admin.register(ReversalRequest)
class ReversalRequestAdmin(AsksWhy):
    list_display = ("transaction", "amount_shown", "asker", "reason", "requested_at", "state")
    list_filter = ("decision",)
    ordering = ("-requested_at", "-id")
    fields = (
        "transaction",
        "amount_shown",
        "asker",
        "reason",
        "requested_at",
        "state",
        "decider",
        "decided_at",
        "decision_reason",
        "reversal",
    )
    actions = ("approve", "reject")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReversalRequest]:
        requests: QuerySet[ReversalRequest] = super().get_queryset(request)
        named = requests.annotate(asker=name_of("requested_by"), decider=name_of("decided_by"))
        return named.select_related("transaction").prefetch_related("transaction__entries")

    @admin.action(description="Approve, with a reason", permissions=["decide"])
    def approve(
        self, request: HttpRequest, queryset: QuerySet[ReversalRequest]
    ) -> HttpResponse | None:
        def approve(asked: ReversalRequest, reason: str) -> None:
            services.approve_reversal(
                request_id=asked.pk, reason=reason, actor_id=actor_id(request)
            )

        return self.act(request, queryset, "Approve", approve)

    @admin.action(description="Reject, with a reason", permissions=["decide"])
    def reject(
        self, request: HttpRequest, queryset: QuerySet[ReversalRequest]
    ) -> HttpResponse | None:
        def reject(asked: ReversalRequest, reason: str) -> None:
            services.reject_reversal(request_id=asked.pk, reason=reason, actor_id=actor_id(request))

        return self.act(request, queryset, "Reject", reject)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("ledger.reverse_transaction")

    @admin.display(description="Amount")
    def amount_shown(self, asked: ReversalRequest) -> str:
        return asked.transaction.amount.display()

    @admin.display(description="Asked by")
    def asker(self, asked: Any) -> str:
        return asked.asker or str(asked.requested_by)

    @admin.display(description="Decided by")
    def decider(self, asked: Any) -> str:
        return asked.decider or str(asked.decided_by or "")

    @admin.display(description="State")
    def state(self, asked: ReversalRequest) -> str:
        return asked.decision or "open"
