"""Top-ups, withdrawals and exchange rates in the back office of finance."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.widgets import UnfoldAdminTextInputWidget

from core.admin import AuditedAdmin
from core.errors import DomainError
from core.money import NotMoney, exponent
from ledger import services
from ledger.admin.base import AsksWhy, ReasonForm, actor_id
from ledger.models import ExchangeRate, WalletRequest
from ledger.models.rates import PLACES
from ledger.services.exchange import MAX_RATE


class ReferenceForm(ReasonForm):
    """Several requests may be chosen, but a reference is one payment's."""

    reference = forms.CharField(max_length=64, widget=UnfoldAdminTextInputWidget)
    field_order = ("reference", "reason")


@admin.register(WalletRequest)
class WalletRequestAdmin(AsksWhy):
    list_display = (
        "payment_code",
        "kind",
        "amount_shown",
        "owner_id",
        "provider",
        "masked_destination",
        "status",
        "created_at",
    )
    list_filter = ("status", "kind", "provider", "currency")
    search_fields = ("id", "owner_id", "reference")
    ordering = ("-created_at", "-id")
    fields = (
        "id",
        "payment_code",
        "kind",
        "owner_id",
        "amount_shown",
        "provider",
        "destination",
        "status",
        "reference",
        "reason",
        "transaction",
        "decided_by",
        "decided_at",
        "created_at",
    )
    actions = ("confirm", "reject")

    @admin.action(description="Confirm, by the provider's reference", permissions=["decide"])
    def confirm(
        self, request: HttpRequest, queryset: QuerySet[WalletRequest]
    ) -> HttpResponse | None:
        def confirm(one: WalletRequest, terms: Mapping[str, Any]) -> str:
            services.confirm_wallet_request(
                request_id=one.pk,
                reference=terms["reference"],
                reason=terms["reason"],
                actor_id=actor_id(request),
            )
            return "done (confirm)"

        return self.act_on_one(
            request,
            queryset,
            ReferenceForm(request.POST if "reference" in request.POST else None),
            confirm,
            verb="Confirm",
            only_one="Choose one request: each payment has a reference of its own.",
        )

    @admin.action(description="Reject, with a reason", permissions=["decide"])
    def reject(
        self, request: HttpRequest, queryset: QuerySet[WalletRequest]
    ) -> HttpResponse | None:
        def reject(chosen: WalletRequest, reason: str) -> None:
            services.reject_wallet_request(
                request_id=chosen.pk, reason=reason, actor_id=actor_id(request)
            )

        return self.act(request, queryset, "Reject", reject)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("ledger.decide_walletrequest")

    @admin.display(description="Amount")
    def amount_shown(self, request: WalletRequest) -> str:
        return request.money.display()


class ExchangeRateForm(ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    rate = forms.DecimalField(
        max_value=MAX_RATE,
        min_value=0,
        decimal_places=PLACES,
        widget=UnfoldAdminTextInputWidget,
        help_text="How much of the currency one of the shop's is worth, in major units.",
    )

    class Meta:
        model = ExchangeRate
        fields = ("currency", "valid_from", "valid_until")
        help_texts = {
            "valid_from": "UTC. Empty for now.",
            "valid_until": "UTC. Empty for as long as no newer one begins.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "valid_from" in self.fields:
            self.fields["valid_from"].required = False

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"]
        try:
            exponent(currency)
        except NotMoney as error:
            raise forms.ValidationError(error.detail) from error
        return currency


@admin.register(ExchangeRate)
class ExchangeRateAdmin(AuditedAdmin):
    """Stated anew, never changed."""

    form = ExchangeRateForm
    list_display = ("__str__", "valid_from", "valid_until", "stated_by")
    list_filter = ("currency",)
    ordering = ("-valid_from", "-id")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's signature
        """The service states and audits it; ``obj`` becomes what it made."""
        terms = form.cleaned_data
        stated = services.state_rate(
            currency=terms["currency"],
            rate=terms["rate"],
            valid_from=terms["valid_from"],
            valid_until=terms["valid_until"],
            actor_id=actor_id(request),
        )
        obj.__dict__.update(stated.__dict__)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as refusal:
            messages.error(request, f"Not stated: {refusal.detail}")
            return redirect(request.path)
