"""Standing orders in JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import FlagField, MoneyField
from ledger.api.serializers.wallets import RecipientSerializer
from ledger.models import ScheduledRun, ScheduledTransfer


class ScheduleSerializer(RecipientSerializer):
    """Exactly one of ``to_user_id`` and ``to_email``. Without ``starts_at`` it starts now;
    ``until`` is inclusive."""

    every = serializers.ChoiceField(
        choices=ScheduledTransfer.Every.choices, default=ScheduledTransfer.Every.ONCE
    )
    starts_at = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    dry_run = FlagField(default=False)


class RunSerializer(serializers.Serializer[ScheduledRun]):
    """One run: ``transaction`` is what it posted, or ``refusal`` the code of why it did not."""

    number = serializers.IntegerField()
    due_at = serializers.DateTimeField()
    ran_at = serializers.DateTimeField()
    transaction = serializers.UUIDField(source="transaction_id", allow_null=True)
    refusal = serializers.CharField()


class ScheduledSerializer(serializers.Serializer[ScheduledTransfer]):
    """``next_at`` is when the next run is due, null when there is none."""

    id = serializers.UUIDField()
    to_user_id = serializers.UUIDField()
    amount = MoneyField(source="money")
    currency = serializers.CharField()
    memo = serializers.CharField()
    every = serializers.ChoiceField(choices=ScheduledTransfer.Every.choices)
    starts_at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    next_at = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=ScheduledTransfer.Status.choices)
    created_at = serializers.DateTimeField()

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_next_at(self, order: ScheduledTransfer) -> Any:
        if order.status != ScheduledTransfer.Status.ACTIVE:
            return None
        return serializers.DateTimeField().to_representation(order.next_at)


class DryScheduledSerializer(ScheduledSerializer):
    """What would have been answered. Nothing was scheduled, and the id is of nothing."""

    dry_run = serializers.BooleanField()


class ScheduledDetailSerializer(ScheduledSerializer):
    """``runs`` are the newest, at most 20."""

    runs = serializers.SerializerMethodField()

    @extend_schema_field(RunSerializer(many=True))
    def get_runs(self, order: ScheduledTransfer) -> list[Any]:
        newest = order.runs.order_by("-number")[:20]
        return [RunSerializer(run).data for run in newest]
