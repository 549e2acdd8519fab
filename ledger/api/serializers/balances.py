"""Balances in JSON."""

from datetime import datetime, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import clock
from core.api.fields import MoneyField
from core.money import NotMoney, exponent
from ledger.models import Account
from ledger.queries import Interval

MAX_ENTRIES = 100
MAX_VERSION = 2**63 - 1


class BalanceSerializer(serializers.Serializer[Any]):
    """``total`` is ``available`` and ``held`` together; ``version`` counts the wallet's entries."""

    user_id = serializers.UUIDField()
    currency = serializers.CharField()
    available = MoneyField()
    held = MoneyField()
    total = MoneyField()
    version = serializers.IntegerField()
    as_of = serializers.DateTimeField()


class HoldSerializer(serializers.Serializer[Any]):
    """Money set aside; ``expires_at`` is null where it is for as long as it takes."""

    id = serializers.UUIDField()
    amount = MoneyField()
    purpose = serializers.CharField()
    reference = serializers.CharField(allow_blank=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class WalletSerializer(BalanceSerializer):
    """``holds`` are the open ones, oldest first; ``held`` is their sum."""

    holds = HoldSerializer(many=True)


class CurrentBalanceSerializer(WalletSerializer):
    """The shop's currency, and in ``balances`` every currency, the shop's first."""

    balances = WalletSerializer(many=True)


class PastWalletSerializer(serializers.Serializer[Any]):
    """At ``time``, inclusive. ``stable``: the same answer forever."""

    user_id = serializers.UUIDField()
    currency = serializers.CharField()
    available = MoneyField()
    held = MoneyField()
    total = MoneyField()
    version = serializers.IntegerField()
    time = serializers.DateTimeField(source="at")
    stable = serializers.BooleanField()


class PastBalanceSerializer(PastWalletSerializer):
    """The shop's currency, and in ``balances`` every currency, the shop's first."""

    balances = PastWalletSerializer(many=True)


class PointSerializer(serializers.Serializer[Any]):
    """One period: the local day on which it begins, and what was there at its end, ``time``."""

    start = serializers.DateField(source="period.start")
    time = serializers.DateTimeField(source="period.at")
    available = MoneyField()
    held = MoneyField()
    total = MoneyField()
    stable = serializers.BooleanField()


class HistoricalSerializer(serializers.Serializer[Any]):
    user_id = serializers.UUIDField()
    currency = serializers.CharField()
    interval = serializers.ChoiceField(choices=list(Interval))
    timezone = serializers.CharField()
    points = PointSerializer(many=True)


class StatementEntrySerializer(serializers.Serializer[Any]):
    """``balance_after`` and ``version`` are the wallet's after this entry."""

    transaction_id = serializers.UUIDField()
    kind = serializers.CharField(source="transaction.kind")
    reason = serializers.CharField(source="transaction.reason", allow_blank=True)
    amount = MoneyField(source="money")
    balance_after = MoneyField(source="money_after")
    version = serializers.IntegerField(source="account_seq")
    effective_at = serializers.DateTimeField(source="transaction.effective_at")
    recorded_at = serializers.DateTimeField()


class VersionedSerializer(serializers.Serializer[Any]):
    balance = MoneyField()
    version = serializers.IntegerField()


class StatementSerializer(serializers.Serializer[Any]):
    """``opening``, ``closing`` and the totals are of the whole time, ``entries`` of this part.

    ``next_after_version``: what to ask for as ``after_version`` next; null at the end.
    """

    account = serializers.CharField(source="closing.code")
    currency = serializers.CharField(source="closing.balance.currency")
    opening = VersionedSerializer()
    closing = VersionedSerializer()
    total_in = MoneyField()
    total_out = MoneyField()
    entries = StatementEntrySerializer(many=True)
    next_after_version = serializers.IntegerField(source="following", allow_null=True)
    stable = serializers.BooleanField()


class TrialBalanceLineSerializer(serializers.Serializer[Any]):
    """``credit``: what such accounts had above zero; ``debit``: what they had below it."""

    currency = serializers.CharField()
    kind = serializers.ChoiceField(choices=Account.Kind.choices)
    debit = MoneyField()
    credit = MoneyField()
    balance = MoneyField()


class TrialBalanceSerializer(serializers.Serializer[Any]):
    """At ``time``, inclusive; balances of each currency sum to zero."""

    time = serializers.DateTimeField(source="at")
    stable = serializers.BooleanField()
    lines = TrialBalanceLineSerializer(many=True)


class PastInstantField(serializers.DateTimeField):
    """An RFC 3339 instant with its offset, and not in the future."""

    default_error_messages = {
        "naive": "Say the offset from UTC, such as 2026-01-31T12:00:00Z.",
        "future": "This is still to come.",
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("naive")
        instant = super().enforce_timezone(value)
        if instant > clock.now():
            self.fail("future")
        return instant


@extend_schema_field({"type": "string", "examples": ["Europe/London"]})
class TimeZoneField(serializers.Field[tzinfo, str, str, Any]):
    """The IANA name of a time zone."""

    default_error_messages = {"unknown": "This is not a time zone. Write it as Europe/London."}

    def to_internal_value(self, data: str) -> ZoneInfo:
        if data not in _zones():
            self.fail("unknown")
        return ZoneInfo(data)


@extend_schema_field({"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["GBP"]})
class CurrencyField(serializers.CharField):
    """An ISO 4217 code."""

    default_error_messages = {"unknown": "This is not a currency. Write it as GBP."}

    def to_internal_value(self, data: Any) -> str:
        currency = super().to_internal_value(data)
        try:
            exponent(currency)
        except NotMoney:
            self.fail("unknown")
        return currency


class BalanceQuerySerializer(serializers.Serializer[Any]):
    user_id = serializers.UUIDField(required=False)


class AtTimeQuerySerializer(BalanceQuerySerializer):
    time = PastInstantField()


class TrialBalanceQuerySerializer(serializers.Serializer[Any]):
    time = PastInstantField(default=clock.now)


class RangeQuerySerializer(BalanceQuerySerializer):
    """``from`` and ``to`` are instants of recording, both inclusive; ``to`` is now if left out."""

    currency = CurrencyField(default=lambda: settings.SHOP_CURRENCY)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """``from`` is a word of Python's, so it cannot be an attribute."""
        ends = {"from": PastInstantField(), "to": PastInstantField(default=clock.now)}
        return super().get_fields() | ends

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["from"] > attrs["to"]:
            raise serializers.ValidationError({"from": "This is after `to`."})
        return attrs


class HistoricalQuerySerializer(RangeQuerySerializer):
    interval = serializers.ChoiceField(choices=list(Interval), default=Interval.DAY)
    timezone = TimeZoneField(default=lambda: ZoneInfo(settings.TIME_ZONE))


class StatementFileQuerySerializer(BalanceQuerySerializer):
    """``from`` and ``to`` are whole days, UTC, both inclusive; at most 366 of them."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """``from`` is a word of Python's, so it cannot be an attribute."""
        return super().get_fields() | {name: serializers.DateField() for name in ("from", "to")}


class StatementQuerySerializer(RangeQuerySerializer):
    after_version = serializers.IntegerField(min_value=0, max_value=MAX_VERSION, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=MAX_ENTRIES, default=20)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
