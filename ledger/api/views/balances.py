"""What people have and had, and what the books hold in all."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.permissions import can
from core.api.schema import problems
from core.api.views import ApiView
from ledger import queries
from ledger.api.callers import VIEW_ACCOUNTS, caller_id, check_may_see
from ledger.api.serializers import balances as serializers
from ledger.chart import wallet
from ledger.models import Account


class CurrentBalanceView(ApiView):
    query_parameters: ClassVar[frozenset[str]] = frozenset({"user_id"})

    @extend_schema(
        operation_id="current_balance",
        tags=["ledger"],
        parameters=[serializers.BalanceQuerySerializer],
        responses={200: serializers.CurrentBalanceSerializer, **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """What is on the caller's wallets now; with ``user_id``, on that user's for finance."""
        asked = _asked(serializers.BalanceQuerySerializer, request)
        balances = queries.wallet_balances(asked["user_id"], settings.SHOP_CURRENCY)
        body = serializers.WalletSerializer(balances, many=True).data
        return Response({**body[0], "balances": body})


class BalanceAtTimeView(ApiView):
    query_parameters: ClassVar[frozenset[str]] = frozenset({"user_id", "time"})

    @extend_schema(
        operation_id="balance_at_time",
        tags=["ledger"],
        parameters=[serializers.AtTimeQuerySerializer],
        responses={200: serializers.PastBalanceSerializer, **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """What was there at ``time``, by the time of recording, in every currency."""
        asked = _asked(serializers.AtTimeQuerySerializer, request)
        found = queries.wallet_balances_at(asked["user_id"], settings.SHOP_CURRENCY, asked["time"])
        body = serializers.PastWalletSerializer(found, many=True).data
        return Response({**body[0], "balances": body})


class HistoricalBalanceView(ApiView):
    query_parameters: ClassVar[frozenset[str]] = frozenset(
        {"user_id", "from", "to", "currency", "interval", "timezone"}
    )

    @extend_schema(
        operation_id="historical_balance",
        tags=["ledger"],
        parameters=[serializers.HistoricalQuerySerializer],
        responses={200: serializers.HistoricalSerializer, **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """What was there at the end of each day, week or month, at most 366 of them.

        They end at midnight in ``timezone``, the last one at ``to``; weeks begin on Mondays.
        """
        asked = _asked(serializers.HistoricalQuerySerializer, request)
        interval, zone = queries.Interval(asked["interval"]), asked["timezone"]
        ends = queries.periods(asked["from"], asked["to"], interval, zone)
        shown = {
            "user_id": asked["user_id"],
            "currency": asked["currency"],
            "interval": interval,
            "timezone": str(zone),
            "points": queries.wallet_series(asked["user_id"], asked["currency"], ends),
        }
        return Response(serializers.HistoricalSerializer(shown).data)


class StatementView(ApiView):
    query_parameters: ClassVar[frozenset[str]] = frozenset(
        {"user_id", "from", "to", "currency", "after_version", "limit"}
    )

    @extend_schema(
        operation_id="statement",
        tags=["ledger"],
        parameters=[serializers.StatementQuerySerializer],
        responses={200: serializers.StatementSerializer, **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """What moved what is available, oldest first, between an opening and a closing balance."""
        asked = _asked(serializers.StatementQuerySerializer, request)
        return Response(serializers.StatementSerializer(_statement(asked)).data)


class TrialBalanceView(ApiView):
    permission_classes = (can(VIEW_ACCOUNTS),)
    query_parameters: ClassVar[frozenset[str]] = frozenset({"time"})

    @extend_schema(
        operation_id="trial_balance",
        tags=["ledger"],
        parameters=[serializers.TrialBalanceQuerySerializer],
        responses={200: serializers.TrialBalanceSerializer},
    )
    def get(self, request: Request) -> Response:
        """All that the books held at ``time`` (now if left out), by currency and kind of account."""
        query = serializers.TrialBalanceQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = queries.trial_balance(query.validated_data["time"])
        return Response(serializers.TrialBalanceSerializer(found).data)


def _asked(kind: type[serializers.BalanceQuerySerializer], request: Request) -> dict[str, Any]:
    """The query's values, and whose they are about.

    :raises ValidationError: naming every parameter at fault.
    :raises UserNotFound: there is no such user, or none that the caller may see.
    """
    query = kind(data=request.query_params)
    query.is_valid(raise_exception=True)
    asked: dict[str, Any] = query.validated_data
    user_id: UUID = asked.setdefault("user_id", caller_id(request))
    if user_id != caller_id(request):
        check_may_see(request, user_id)
    return asked


def _statement(asked: dict[str, Any]) -> queries.Statement:
    code, currency = wallet(asked["user_id"], asked["currency"]).code, asked["currency"]
    part = asked["after_version"], asked["limit"]
    try:
        return queries.statement(code, asked["from"], asked["to"], *part)
    except Account.DoesNotExist:
        return queries.Statement.empty(code, currency)
