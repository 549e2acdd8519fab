"""Money in, balances, and what moved them."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.idempotency import HEADER, idempotent
from core.api.permissions import can
from core.api.schema import IDEMPOTENCY_KEY, problems
from core.api.views import ApiView, ListView
from core.errors import Forbidden
from ledger import queries, services
from ledger.api import serializers
from ledger.chart import wallet
from ledger.errors import TransactionNotFound, UserNotFound
from ledger.models import TransactionQuerySet

VIEW_ACCOUNTS = "ledger.view_account"
VIEW_TRANSACTIONS = "ledger.view_transaction"


class CreditView(ApiView):
    permission_classes = (can("ledger.credit"),)

    @extend_schema(
        operation_id="credit",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.CreditSerializer,
        responses={201: serializers.CreditedSerializer, **problems(404, 409, 422)},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Top up a user's wallet from the platform's funding account."""
        body = serializers.CreditSerializer.read(request)
        _check_is_known(body["user_id"])
        posted = services.credit(
            **body,
            key=request.headers[HEADER],
            scope=f"user:{_caller_id(request).hex}",
            actor_id=_caller_id(request),
        )
        return Response(_credited(body["user_id"], posted), status=201)


class HistoryView(ListView):
    query_parameters: ClassVar[frozenset[str]] = frozenset({"kind", "from", "to"})
    serializer_class = serializers.TransactionSerializer

    def get_queryset(self) -> TransactionQuerySet:
        query = serializers.HistoryQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        lookups = {"kind": "kind", "from": "recorded_at__gte", "to": "recorded_at__lte"}
        asked = {lookups[name]: value for name, value in query.validated_data.items()}
        return queries.transactions_of(_owner_id(self.request)).filter(**asked)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "owner_id": _owner_id(self.request)}

    @extend_schema(
        operation_id="transactions",
        tags=["ledger"],
        parameters=[serializers.HistoryQuerySerializer],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Transactions of the caller's wallets, newest first; all of them for finance."""
        return super().get(request, *args, **kwargs)


class TransactionView(ApiView):
    @extend_schema(
        operation_id="transaction",
        tags=["ledger"],
        responses={200: serializers.TransactionSerializer, **problems(404)},
    )
    def get(self, request: Request, transaction_id: UUID) -> Response:
        """One transaction of the caller's wallets; any one for finance."""
        owner_id = _owner_id(request)
        return Response(_transaction_body(transaction_id, owner_id))


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
        query = serializers.BalanceQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        user_id = query.validated_data.get("user_id", _caller_id(request))
        if user_id != _caller_id(request):
            _check_may_see(request, user_id)
        balances = queries.wallet_balances(user_id, settings.SHOP_CURRENCY)
        body = serializers.BalanceSerializer(balances, many=True).data
        return Response({**body[0], "balances": body})


def _check_is_known(user_id: UUID) -> None:
    """:raises UserNotFound: nobody of this id can sign in."""
    if not get_user_model()._default_manager.filter(pk=user_id, is_active=True).exists():  # noqa: SLF001  # Django's API
        raise UserNotFound(field="user_id")


def _check_may_see(request: Request, user_id: UUID) -> None:
    if not request.user.has_perm(VIEW_ACCOUNTS):
        raise Forbidden(field="user_id")
    if not get_user_model()._default_manager.filter(pk=user_id).exists():  # noqa: SLF001  # Django's API
        raise UserNotFound(field="user_id")


def _owner_id(request: Request) -> UUID | None:
    """Whose transactions the caller may see; None for everybody's."""
    if request.user.has_perm(VIEW_TRANSACTIONS):
        return None
    return _caller_id(request)


def _caller_id(request: Request) -> UUID:
    user_id: UUID = request.user.pk  # type: ignore[assignment]  # permissions let nobody else in
    return user_id


def _transaction_body(transaction_id: UUID, owner_id: UUID | None) -> dict[str, Any]:
    transaction = queries.transactions_of(owner_id).filter(pk=transaction_id).first()
    if transaction is None:
        raise TransactionNotFound
    context = {"owner_id": owner_id}
    body: dict[str, Any] = serializers.TransactionSerializer(transaction, context=context).data
    return body


def _credited(user_id: UUID, posted: services.Posted) -> dict[str, Any]:
    code = wallet(user_id, settings.SHOP_CURRENCY).code
    left = queries.wallet_balance(user_id, posted.balances[code], posted.recorded_at)
    body = _transaction_body(posted.transaction_id, None)
    return {**body, "balances": serializers.BalanceSerializer([left], many=True).data}
