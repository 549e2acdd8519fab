"""Rates, quotes and exchanges in JSON."""

from typing import Any

from rest_framework import serializers

from core.api.fields import FlagField, MoneyField, StrictSerializer
from ledger.api.serializers.balances import CurrencyField
from ledger.api.serializers.money import AmountSerializer


class RateSerializer(serializers.Serializer[Any]):
    """One ``base`` is ``rate`` of ``currency``, in major units; it ends at ``valid_until``, or when
    the next one begins."""

    base = serializers.CharField()
    currency = serializers.CharField()
    rate = serializers.DecimalField(max_digits=19, decimal_places=10)
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(allow_null=True)


class RatesSerializer(serializers.Serializer[Any]):
    results = RateSerializer(many=True)


class AskQuoteSerializer(AmountSerializer):
    """How much of ``currency`` is to become ``buy_currency``."""

    buy_currency = CurrencyField()


class QuoteSerializer(serializers.Serializer[Any]):
    """What is sold and bought is exact; ``rate`` is their quotient before rounding, to ten decimals."""

    id = serializers.UUIDField()
    sell_amount = MoneyField(source="sold")
    sell_currency = serializers.CharField(source="sold_currency")
    buy_amount = MoneyField(source="bought")
    buy_currency = serializers.CharField(source="bought_currency")
    rate = serializers.DecimalField(max_digits=40, decimal_places=10)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class ExchangeSerializer(StrictSerializer):
    quote_id = serializers.UUIDField()
    dry_run = FlagField(default=False)
