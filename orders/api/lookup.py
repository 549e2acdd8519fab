"""Guests' orders: found again by number and e-mail address, shown to who has the link."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import AnonymousView
from core import clock
from core.api.fields import StrictSerializer
from core.api.idempotency import idempotent, resumable
from core.api.schema import IDEMPOTENCY_KEY, problems
from core.idempotency import Intent
from orders import links, services
from orders.api.serializers import CancelOrderSerializer, OrderSerializer, PaySerializer
from orders.api.views import paid, pay
from orders.lookup.limits import LOOKUPS, limit_mails
from orders.models import Order


class LookupSerializer(StrictSerializer):
    number = serializers.CharField(max_length=20)
    email = serializers.EmailField(max_length=254)


class LookupView(AnonymousView):
    rate_limit = LOOKUPS

    @extend_schema(
        operation_id="look_up_order",
        tags=["orders"],
        request=LookupSerializer,
        responses={202: None, **problems(429)},
    )
    def post(self, request: Request) -> Response:
        """Mail a link to the order, good for seven days, if its mails go to this address.

        The answer is the same if there is no such order. A guest's link shows the order without an
        account; its last part is the `token` of the routes below.
        """
        body = LookupSerializer.read(request)
        limit_mails(**body)
        services.request_link(**body, at=clock.now())
        return Response(status=202)


class LinkedOrderView(AnonymousView):
    @extend_schema(operation_id="linked_order", tags=["orders"], responses={200: OrderSerializer})
    def get(self, request: Request, token: str) -> Response:
        """A guest's order, by the token of a link to it."""
        order = Order.objects.with_parts().of_link(token)
        return Response(OrderSerializer(order).data)


class LinkedActionView(AnonymousView):
    rate_limit = LOOKUPS

    def key_scope(self, request: Request) -> str:
        """Keys are the order's: its guest has no account.

        :raises LinkInvalid: the token is not good.
        """
        return f"order:{links.order_of(self.kwargs['token']).hex}"


class LinkedPayView(LinkedActionView):
    @extend_schema(
        operation_id="pay_linked_order",
        tags=["orders"],
        parameters=[IDEMPOTENCY_KEY],
        request=PaySerializer,
        responses={200: OrderSerializer, **problems(409, 422, 429)},
    )
    @resumable(paid)
    def post(self, request: Request, token: str) -> Response | Intent:
        """Pay a guest's order that awaits it, with another card or another way, by the token of a link
        to it."""
        body = PaySerializer.read(request)
        order = Order.objects.of_link(token)
        return pay(order, body, actor_id=order.buyer_id)


class LinkedCancelView(LinkedActionView):
    @extend_schema(
        operation_id="cancel_linked_order",
        tags=["orders"],
        parameters=[IDEMPOTENCY_KEY],
        request=CancelOrderSerializer,
        responses={200: OrderSerializer, **problems(409, 422, 429)},
    )
    @idempotent
    def post(self, request: Request, token: str) -> Response:
        """Call a guest's order off while no part of it is on its way, by the token of a link to it."""
        body = CancelOrderSerializer.read(request)
        order = Order.objects.of_link(token)
        cancelled = services.cancel_order(
            order.pk, actor_id=order.buyer_id, reason=body["reason"], at=clock.now()
        )
        return Response(OrderSerializer(cancelled).data)
