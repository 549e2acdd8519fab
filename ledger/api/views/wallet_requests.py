"""Top-ups and withdrawals: asked for by people, decided by finance."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.idempotency import rehearsable
from core.api.permissions import can
from core.api.schema import IDEMPOTENCY_KEY, problems
from core.api.views import ApiView, ListView
from ledger import services
from ledger.api.callers import VIEW_REQUESTS, caller_id
from ledger.api.serializers import wallet_requests as serializers
from ledger.errors import WalletRequestNotFound
from ledger.models import WalletRequest
from ledger.models.wallet_requests import WalletRequestQuerySet

Kind = WalletRequest.Kind

MADE = {
    201: serializers.WalletRequestSerializer,
    200: serializers.DryWalletRequestSerializer,
    **problems(409, 422),
}
DECIDED = {200: serializers.DecidedSerializer, **problems(404, 409, 422)}


class WalletRequestsView(ListView):
    """``kind`` says of which."""

    kind: ClassVar[str]
    query_parameters: ClassVar[frozenset[str]] = frozenset({"status", "user_id"})
    serializer_class = serializers.WalletRequestSerializer

    def get_queryset(self) -> WalletRequestQuerySet:
        query = serializers.WalletRequestQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        lookups = {"status": "status", "user_id": "owner_id"}
        chosen = {lookups[name]: value for name, value in query.validated_data.items()}
        visible = WalletRequest.objects.visible_to(_looking(self.request))
        return visible.filter(kind=self.kind, **chosen)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "owner_id": _looking(self.request)}


class TopUpsView(WalletRequestsView):
    kind = Kind.TOP_UP

    @extend_schema(
        operation_id="top_ups",
        tags=["ledger"],
        parameters=[serializers.WalletRequestQuerySerializer],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The caller's top-ups, newest first; everybody's for finance."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="request_top_up",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.TopUpSerializer,
        responses=MADE,
    )
    @rehearsable
    def post(self, request: Request) -> Response:
        """Announce a payment into the caller's wallet. Moves nothing until finance confirms it."""
        body = serializers.TopUpSerializer.read(request)
        made = services.request_top_up(
            owner_id=caller_id(request), amount=body["amount"], provider=body["provider"]
        )
        return _shown(made, caller_id(request), 201)


class WithdrawalsView(WalletRequestsView):
    kind = Kind.WITHDRAWAL

    @extend_schema(
        operation_id="withdrawals",
        tags=["ledger"],
        parameters=[serializers.WalletRequestQuerySerializer],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The caller's withdrawals, newest first; everybody's for finance."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="request_withdrawal",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.WithdrawalSerializer,
        responses=MADE,
    )
    @rehearsable
    def post(self, request: Request) -> Response:
        """Set money aside to be paid out to a bank account. Spending limits apply."""
        body = serializers.WithdrawalSerializer.read(request)
        made = services.request_withdrawal(
            owner_id=caller_id(request),
            amount=body["amount"],
            provider=body["provider"],
            destination=body["destination"],
        )
        return _shown(made, caller_id(request), 201)


class WalletRequestView(ApiView):
    @extend_schema(
        operation_id="wallet_request",
        tags=["ledger"],
        responses={200: serializers.WalletRequestSerializer, **problems(404)},
    )
    def get(self, request: Request, request_id: UUID) -> Response:
        """One top-up or withdrawal of the caller's; anybody's for finance."""
        looking = _looking(request)
        found = WalletRequest.objects.visible_to(looking).filter(pk=request_id).first()
        if found is None:
            raise WalletRequestNotFound
        return _shown(found, looking, 200)


class CancelView(ApiView):
    @extend_schema(
        operation_id="cancel_wallet_request",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.CancelSerializer,
        responses=DECIDED,
    )
    @rehearsable
    def post(self, request: Request, request_id: UUID) -> Response:
        """Take back what the caller has asked for, and what was held for it."""
        serializers.CancelSerializer.read(request)
        done = services.cancel_wallet_request(request_id=request_id, owner_id=caller_id(request))
        return _shown(done, caller_id(request), 200)


class ConfirmView(ApiView):
    permission_classes = (can("ledger.decide_walletrequest"),)

    @extend_schema(
        operation_id="confirm_wallet_request",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.ConfirmSerializer,
        responses=DECIDED,
    )
    @rehearsable
    def post(self, request: Request, request_id: UUID) -> Response:
        """Say that the provider has seen the payment, by its reference. Not on one's own request."""
        body = serializers.ConfirmSerializer.read(request)
        done = services.confirm_wallet_request(
            request_id=request_id,
            reference=body["reference"],
            reason=body["reason"],
            actor_id=caller_id(request),
        )
        return _shown(done, None, 200)


class RejectView(ApiView):
    permission_classes = (can("ledger.decide_walletrequest"),)

    @extend_schema(
        operation_id="reject_wallet_request",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.RejectSerializer,
        responses=DECIDED,
    )
    @rehearsable
    def post(self, request: Request, request_id: UUID) -> Response:
        """Refuse a request, and say why. What was held goes back. Not on one's own request."""
        body = serializers.RejectSerializer.read(request)
        done = services.reject_wallet_request(
            request_id=request_id, reason=body["reason"], actor_id=caller_id(request)
        )
        return _shown(done, None, 200)


def _looking(request: Request) -> UUID | None:
    """Whose requests the caller may see; None for everybody's."""
    return None if request.user.has_perm(VIEW_REQUESTS) else caller_id(request)


def _shown(found: WalletRequest, looking: UUID | None, status: int) -> Response:
    context = {"owner_id": looking}
    return Response(serializers.WalletRequestSerializer(found, context=context).data, status=status)
