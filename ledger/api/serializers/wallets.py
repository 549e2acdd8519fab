"""What people and finance ask to be done with money, in JSON."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from core.api.fields import FlagField, MoneyField, StrictSerializer
from core.money import NotMoney
from ledger.api.serializers.transactions import MovedSerializer
from ledger.services import MAX_STEPS

MAX_REASON, MAX_MEMO = 500, 200


def version() -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=0,
        max_value=2**53 - 1,
        required=False,
        help_text="The version of the wallet that the caller has seen: if it has another, nothing "
        "moves. It is the paying wallet's; a credit's is that of the credited one.",
    )


class PersonMoneySerializer(StrictSerializer):
    user_id = serializers.UUIDField()
    amount = MoneyField(positive=True)
    reason = serializers.CharField(max_length=MAX_REASON, allow_blank=True, default="")
    if_version = version()


class CreditSerializer(PersonMoneySerializer):
    dry_run = FlagField(default=False)


class DebitSerializer(CreditSerializer):
    user_id = serializers.UUIDField(required=False)


class RecipientSerializer(StrictSerializer):
    """Exactly one of ``to_user_id`` and ``to_email``."""

    to_user_id = serializers.UUIDField(required=False)
    to_email = serializers.EmailField(required=False, max_length=254)
    amount = MoneyField(positive=True)
    memo = serializers.CharField(max_length=MAX_MEMO, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("to_user_id" in attrs) == ("to_email" in attrs):
            raise serializers.ValidationError(
                {"to_user_id": "Give this or `to_email`, one of both."}
            )
        return attrs


class OneRecipient(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # half typed
    """Says "exactly one" in the schema, too."""

    target_class = RecipientSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(  # type: ignore[no-untyped-call]  # noqa: SLF001  # as its manual does
            self.target, direction, bypass_extensions=True
        )
        return {**schema, "oneOf": [{"required": ["to_user_id"]}, {"required": ["to_email"]}]}


class TransferSerializer(RecipientSerializer):
    """Exactly one of ``to_user_id`` and ``to_email``."""

    if_version = version()
    dry_run = FlagField(default=False)


class CreditStepSerializer(PersonMoneySerializer):
    type = serializers.ChoiceField(choices=["credit"])


class DebitStepSerializer(PersonMoneySerializer):
    type = serializers.ChoiceField(choices=["debit"])


class TransferStepSerializer(RecipientSerializer):
    """Exactly one of ``to_user_id`` and ``to_email``."""

    type = serializers.ChoiceField(choices=["transfer"])
    from_user_id = serializers.UUIDField()
    if_version = version()


STEPS: Mapping[str, type[StrictSerializer]] = {
    "credit": CreditStepSerializer,
    "debit": DebitStepSerializer,
    "transfer": TransferStepSerializer,
}


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="Step", serializers=dict(STEPS), resource_type_field_name="type"
    )
)
class StepField(serializers.Field[dict[str, Any], Any, Any, Any]):
    """One transaction of a batch; ``type`` says which fields it has."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("Give an object.")
        kind = data.get("type")
        if not isinstance(kind, str) or kind not in STEPS:
            raise serializers.ValidationError({"type": f"One of {', '.join(STEPS)}."})
        bound = STEPS[kind](data=data)
        bound.is_valid(raise_exception=True)
        step: dict[str, Any] = bound.validated_data
        return step


class StepsField(serializers.ListField):
    """Names the step whose amount is not money."""

    child = StepField()

    def run_child_validation(self, data: Any) -> Any:
        faults: dict[str, Any] = {}
        steps = []
        for n, item in enumerate(data):
            try:
                steps.append(self.child.run_validation(item))
            except serializers.ValidationError as error:
                faults[str(n)] = error.detail
            except NotMoney as error:
                path = f"{self.field_name}.{n}.{error.field}"
                raise NotMoney(error.detail, field=path) from error
        if faults:
            raise serializers.ValidationError(faults)
        return steps


class BatchSerializer(StrictSerializer):
    """``if_version`` of a step is the paying wallet's version just before that step."""

    transactions = StepsField(min_length=1, max_length=MAX_STEPS)
    dry_run = FlagField(default=False)


class BatchMovedSerializer(serializers.Serializer[Any]):
    """In the order in which they were asked for."""

    transactions = MovedSerializer(many=True)


class DryBatchMovedSerializer(BatchMovedSerializer):
    """What would have been answered. Nothing has moved, and the ids are of nothing."""

    dry_run = serializers.BooleanField()
