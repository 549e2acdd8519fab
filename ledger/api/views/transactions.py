"""What moved money, and taking it back."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.idempotency import rehearsable
from core.api.permissions import can
from core.api.schema import IDEMPOTENCY_KEY, problems
from core.api.views import ApiView, ListView
from ledger import queries, services
from ledger.api.bodies import moved
from ledger.api.callers import caller_id, origin, owner_id
from ledger.api.serializers import transactions as serializers
from ledger.chart import shard_codes
from ledger.errors import AccountNotFound, TransactionNotFound
from ledger.models import Account, Entry, TransactionQuerySet


class HistoryView(ListView):
    query_parameters: ClassVar[frozenset[str]] = frozenset(
        {"type", "status", "from", "to", "account"}
    )
    serializer_class = serializers.TransactionSerializer

    def get_queryset(self) -> TransactionQuerySet:
        query = serializers.HistoryQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        shown_to = owner_id(self.request)
        return _asked_for(queries.transactions_of(shown_to), query.validated_data, shown_to)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "owner_id": owner_id(self.request)}

    @extend_schema(
        operation_id="transactions",
        tags=["ledger"],
        parameters=[serializers.HistoryQuerySerializer],
        responses={200: serializers.TransactionSerializer(many=True), **problems(404)},
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
        shown_to = owner_id(request)
        transaction = queries.transactions_of(shown_to).filter(pk=transaction_id).first()
        if transaction is None:
            raise TransactionNotFound
        context = {"owner_id": shown_to}
        return Response(serializers.TransactionSerializer(transaction, context=context).data)


class RollbackView(ApiView):
    permission_classes = (can("ledger.reverse_transaction"),)

    @extend_schema(
        operation_id="rollback_transaction",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.RollbackSerializer,
        responses={
            201: serializers.MovedSerializer,
            200: serializers.DryMovedSerializer,
            **problems(404, 409, 422),
        },
    )
    @rehearsable
    def post(self, request: Request, transaction_id: UUID) -> Response:
        """Move everything back by another transaction, once. The original never changes."""
        body = serializers.RollbackSerializer.read(request)
        posted = services.reverse_transaction(
            transaction_id=transaction_id,
            reason=body["reason"],
            actor_id=caller_id(request),
            **origin(request),
        )
        return Response(moved([posted], owner_id(request))[0], status=201)


def _asked_for(
    transactions: TransactionQuerySet, query: dict[str, Any], shown_to: UUID | None
) -> TransactionQuerySet:
    lookups = {"type": "kind", "from": "recorded_at__gte", "to": "recorded_at__lte"}
    exact = {lookups[name]: value for name, value in query.items() if name in lookups}
    found = transactions.filter(**exact)
    if "status" in query:
        found = found.filter(reversed_by__isnull=query["status"] == serializers.POSTED)
    if "account" in query:
        entries = Entry.objects.filter(account__in=_rows_of(query["account"], shown_to))
        found = found.filter(pk__in=entries.values("transaction"))
    return found


def _rows_of(code: str, shown_to: UUID | None) -> list[Account]:
    """:raises AccountNotFound: there is no such account, or it is not that of ``shown_to``."""
    rows = list(Account.objects.filter(code__in=shard_codes(code)))
    if not rows or shown_to not in {None, rows[0].owner_id}:
        raise AccountNotFound(field="account")
    return rows
