"""Standing orders."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.idempotency import rehearsable
from core.api.schema import IDEMPOTENCY_KEY, problems
from core.api.views import ApiView, ListView
from ledger import services
from ledger.api.callers import caller_id
from ledger.api.serializers import scheduled as serializers
from ledger.api.views.wallets import recipient
from ledger.errors import ScheduledTransferNotFound
from ledger.models import ScheduledTransfer
from ledger.services import StandingOrder


class ScheduledTransfersView(ListView):
    serializer_class = serializers.ScheduledSerializer

    def get_queryset(self) -> QuerySet[ScheduledTransfer]:
        return _own(self.request).order_by("-created_at", "-id")

    @extend_schema(operation_id="scheduled_transfers", tags=["ledger"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The caller's standing orders, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="schedule_transfer",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.ScheduleSerializer,
        responses={
            201: serializers.ScheduledSerializer,
            200: serializers.DryScheduledSerializer,
            **problems(404, 409, 422),
        },
    )
    @rehearsable
    def post(self, request: Request) -> Response:
        """Send money later, or again and again: runs follow the calendar of the shop's time zone.

        Funds and spending limits are looked at when a run is due.
        """
        body = serializers.ScheduleSerializer.read(request)
        [to_user_id] = services.find_people([recipient(body)])
        order = StandingOrder(
            to_user_id=to_user_id,
            amount=body["amount"],
            memo=body["memo"],
            every=body["every"],
            starts_at=body.get("starts_at"),
            until=body.get("until"),
        )
        scheduled = services.schedule_transfer(owner_id=caller_id(request), order=order)
        return Response(serializers.ScheduledSerializer(scheduled).data, status=201)


class ScheduledTransferView(ApiView):
    @extend_schema(
        operation_id="scheduled_transfer",
        tags=["ledger"],
        responses={200: serializers.ScheduledDetailSerializer, **problems(404)},
    )
    def get(self, request: Request, scheduled_id: UUID) -> Response:
        """One of the caller's standing orders, and what came of its newest runs."""
        order = _own(request).filter(pk=scheduled_id).first()
        if order is None:
            raise ScheduledTransferNotFound
        return Response(serializers.ScheduledDetailSerializer(order).data)

    @extend_schema(
        operation_id="cancel_scheduled_transfer",
        tags=["ledger"],
        responses={204: None, **problems(404, 409)},
    )
    def delete(self, request: Request, scheduled_id: UUID) -> Response:
        """Let a standing order not run again. Cancelled again, it stays cancelled."""
        services.cancel_scheduled_transfer(owner_id=caller_id(request), scheduled_id=scheduled_id)
        return Response(status=204)


def _own(request: Request) -> QuerySet[ScheduledTransfer]:
    return ScheduledTransfer.objects.filter(owner_id=caller_id(request))
