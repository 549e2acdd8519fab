"""Transactions in JSON."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import FlagField, MoneyField, StrictSerializer
from ledger.api.serializers.balances import BalanceSerializer
from ledger.models import Entry, Transaction

POSTED, REVERSED = "posted", "reversed"


class EntrySerializer(serializers.Serializer[Entry]):
    """``balance_after`` and ``version`` are the account's after this entry."""

    line_no = serializers.IntegerField()
    account = serializers.CharField(source="account.name")
    amount = MoneyField(source="money")
    currency = serializers.CharField()
    balance_after = MoneyField(source="money_after")
    version = serializers.IntegerField(source="account_seq")


class TransactionSerializer(serializers.Serializer[Transaction]):
    """``entries`` are those of the caller's own accounts; staff who may see the books see all.

    The context's ``owner_id`` is that caller, or None for staff.
    """

    id = serializers.UUIDField()
    kind = serializers.CharField()
    status = serializers.SerializerMethodField()
    amount = MoneyField()
    currency = serializers.CharField(source="amount.currency")
    entries = serializers.SerializerMethodField()
    reason = serializers.CharField()
    reverses = serializers.UUIDField(source="reverses_id", allow_null=True)
    reversed_by = serializers.SerializerMethodField()
    effective_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ChoiceField(choices=[POSTED, REVERSED]))
    def get_status(self, transaction: Transaction) -> str:
        return REVERSED if transaction.is_reversed else POSTED

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_reversed_by(self, transaction: Transaction) -> str | None:
        return str(transaction.reversed_by.pk) if transaction.is_reversed else None

    @extend_schema_field(EntrySerializer(many=True))
    def get_entries(self, transaction: Transaction) -> list[Any]:
        owner_id: UUID | None = self.context["owner_id"]
        return [
            EntrySerializer(entry).data
            for entry in transaction.entries.all()
            if owner_id is None or entry.account.owner_id == owner_id
        ]


class MovedSerializer(TransactionSerializer):
    """The transaction, and the balances that it left on the wallets that the caller may see."""

    balances = BalanceSerializer(many=True)


class DryMovedSerializer(MovedSerializer):
    """What would have been answered. Nothing has moved, and the ids are of nothing."""

    dry_run = serializers.BooleanField()


class RollbackSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=500)
    dry_run = FlagField(default=False)


class HistoryQuerySerializer(serializers.Serializer[Any]):
    """``from`` and ``to`` are instants of recording, both inclusive.

    ``type`` is the transaction's ``kind``, ``account`` a code as entries show it.
    """

    type = serializers.CharField(required=False, max_length=40)
    status = serializers.ChoiceField(required=False, choices=[POSTED, REVERSED])
    account = serializers.CharField(required=False, max_length=120)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """``from`` is a word of Python's, so it cannot be an attribute."""
        instants = {name: serializers.DateTimeField(required=False) for name in ("from", "to")}
        return super().get_fields() | instants

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "from" in attrs and "to" in attrs and attrs["from"] > attrs["to"]:
            raise serializers.ValidationError({"from": "This is after `to`."})
        return attrs
