"""Top-ups and withdrawals in JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import FlagField, MoneyField, StrictSerializer
from ledger.api.serializers.money import AmountSerializer
from ledger.api.serializers.wallets import MAX_REASON
from ledger.models import WalletRequest
from ledger.providers import providers


class TopUpSerializer(AmountSerializer):
    provider = serializers.CharField(max_length=20)
    dry_run = FlagField(default=False)


class WithdrawalSerializer(TopUpSerializer):
    """``destination`` is an IBAN, or another account number where there are none."""

    destination = serializers.CharField(max_length=64)


class ConfirmSerializer(StrictSerializer):
    """``reference`` is the provider's, of the payment that it has seen."""

    reference = serializers.CharField(max_length=64)
    reason = serializers.CharField(max_length=MAX_REASON, allow_blank=True, default="")
    dry_run = FlagField(default=False)


class RejectSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=MAX_REASON)
    dry_run = FlagField(default=False)


class CancelSerializer(StrictSerializer):
    dry_run = FlagField(default=False)


class WalletRequestSerializer(serializers.Serializer[WalletRequest]):
    """``destination`` is masked for its owner. ``payment_code`` belongs on the payment of a top-up,
    which ``instructions`` describe. ``transaction`` is what the decision moved, if anything."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=WalletRequest.Kind.choices)
    user_id = serializers.UUIDField(source="owner_id")
    amount = MoneyField(source="money")
    currency = serializers.CharField()
    provider = serializers.CharField()
    instructions = serializers.SerializerMethodField()
    payment_code = serializers.CharField()
    destination = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=WalletRequest.Status.choices)
    reference = serializers.CharField()
    reason = serializers.CharField()
    transaction = serializers.UUIDField(source="transaction_id", allow_null=True)
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)

    def get_instructions(self, request: WalletRequest) -> str:
        known = providers().get(request.provider)
        shown = known and request.kind == WalletRequest.Kind.TOP_UP
        return known.instructions if known and shown else ""

    @extend_schema_field(serializers.CharField())
    def get_destination(self, request: WalletRequest) -> str:
        """The context's ``owner_id`` is who looks, None for finance, which has to pay it out."""
        seen_by_all = self.context.get("owner_id") is not None
        return request.masked_destination if seen_by_all else request.destination


class DryWalletRequestSerializer(WalletRequestSerializer):
    """What would have been answered. Nothing has happened, and the ids are of nothing."""

    dry_run = serializers.BooleanField()


class DecidedSerializer(WalletRequestSerializer):
    """``dry_run`` is there, and true, where it was one: then nothing has happened."""

    dry_run = serializers.BooleanField(required=False)


class WalletRequestQuerySerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=WalletRequest.Status.choices, required=False)
    user_id = serializers.UUIDField(required=False)
