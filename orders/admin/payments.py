"""What finance does about money from outside: transfers that came in, and what goes back by bank."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
)

from core.admin import AsksFirst, AuditedAdmin, ReadOnlyAdmin
from core.errors import DomainError
from core.money import Money, NotMoney
from orders import services
from orders.admin.orders import amount
from orders.models import IncomingTransfer, Repayment, WebhookReceipt

MATCH = "ledger.match_transfer"
CONFIRM = "ledger.confirm_repayment"
"""Finance's own: who looks after orders does not bring them money."""


class TransferForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    reference = forms.CharField(
        max_length=80,
        widget=UnfoldAdminTextInputWidget,
        help_text="The bank's own, as on the statement. Each transfer is entered once.",
    )
    sum = forms.CharField(
        max_length=24, widget=UnfoldAdminDecimalFieldWidget, help_text="In major units: 24.99"
    )
    currency = forms.CharField(min_length=3, max_length=3, widget=UnfoldAdminTextInputWidget)
    text = forms.CharField(max_length=200, required=False, widget=UnfoldAdminTextInputWidget)
    received_at = forms.SplitDateTimeField(widget=UnfoldAdminSplitDateTimeWidget)

    class Meta:
        model = IncomingTransfer
        fields = ("reference", "sum", "currency", "text", "received_at")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if {"sum", "currency"} <= cleaned.keys():
            try:
                cleaned["money"] = Money.parse(cleaned["sum"], cleaned["currency"].upper())
            except NotMoney as error:
                self.add_error(error.field if error.field == "currency" else "sum", error.detail)
        if "money" in cleaned and cleaned["money"].amount <= 0:
            self.add_error("sum", "A transfer is of more than zero.")
        return cleaned


class MatchForm(forms.Form):
    number = forms.CharField(label="Order number", max_length=20, widget=UnfoldAdminTextInputWidget)


class ReferenceForm(forms.Form):
    reference = forms.CharField(
        label="The bank's reference", max_length=255, widget=UnfoldAdminTextInputWidget
    )


@admin.register(IncomingTransfer)
class IncomingTransferAdmin(AsksFirst, AuditedAdmin):
    form = TransferForm
    list_display = ("reference", "sum", "text", "received_at", "payment")
    list_filter = ("currency", ("payment", admin.EmptyFieldListFilter))
    list_select_related = ("payment",)
    search_fields = ("reference", "text", "payment__order__number")
    ordering = ("-received_at", "-id")
    actions = ("match",)
    sum = amount("amount")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_match_permission(request)

    def has_match_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MATCH))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's signature
        """The service enters it; ``obj`` becomes what it made."""
        terms = form.cleaned_data
        entered = services.enter_transfer(
            reference=terms["reference"],
            amount=terms["money"],
            text=terms["text"],
            received_at=terms["received_at"],
            actor_id=request.user.pk,  # type: ignore[arg-type]  # the back office lets nobody else in
        )
        obj.__dict__.update(entered.__dict__)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as refusal:
            messages.error(request, f"Not entered: {refusal.detail}")
            return redirect(request.path)

    @admin.action(description="Match with an order, by its number", permissions=["match"])
    def match(
        self, request: HttpRequest, queryset: QuerySet[IncomingTransfer]
    ) -> HttpResponse | None:
        def match(transfer: IncomingTransfer, terms: Mapping[str, Any]) -> str:
            payment = services.match_transfer(
                transfer_id=transfer.pk,
                order_number=terms["number"],
                actor_id=request.user.pk,  # type: ignore[arg-type]  # as above
            )
            return payment.get_status_display().lower()

        return self.act_on_one(
            request,
            queryset,
            MatchForm(request.POST if "number" in request.POST else None),
            match,
            verb="Match",
            only_one="Choose one transfer: each is one order's.",
        )


@admin.register(Repayment)
class RepaymentAdmin(AsksFirst):
    list_display = ("__str__", "payment", "status", "sum", "reason", "created_at", "repaid_at")
    list_filter = ("status", "payment__method", "currency")
    list_select_related = ("payment",)
    search_fields = ("payment__order__number", "reference")
    ordering = ("-created_at", "-id")
    fields = (
        ("payment", "refund"),
        ("status", "sum"),
        ("reference", "reason", "actor_id"),
        ("transaction", "created_at", "repaid_at"),
    )
    actions = ("confirm",)
    sum = amount("amount")

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(CONFIRM))

    @admin.action(
        description="Confirm that it was sent, by the bank's reference", permissions=["confirm"]
    )
    def confirm(self, request: HttpRequest, queryset: QuerySet[Repayment]) -> HttpResponse | None:
        def confirm(repayment: Repayment, terms: Mapping[str, Any]) -> str:
            services.confirm_repayment(
                repayment_id=repayment.pk,
                reference=terms["reference"],
                actor_id=request.user.pk,  # type: ignore[arg-type]  # as above
            )
            return "confirmed"

        return self.act_on_one(
            request,
            queryset,
            ReferenceForm(request.POST if "reference" in request.POST else None),
            confirm,
            verb="Confirm",
            only_one="Choose one: each transfer has a reference of its own.",
        )


@admin.register(WebhookReceipt)
class WebhookReceiptAdmin(ReadOnlyAdmin):
    list_display = ("provider", "event_id", "kind", "payment", "received_at", "settled_at")
    list_filter = ("provider", ("settled_at", admin.EmptyFieldListFilter))
    list_select_related = ("payment",)
    search_fields = ("event_id", "payment__order__number")
    ordering = ("-received_at",)
