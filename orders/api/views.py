"""Buying, and looking at what was bought."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import django_filters
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from cart.pricing import Customer
from cart.services import sellable_variants
from cart.shoppers import Shopper
from core import clock
from core.api.idempotency import idempotent
from core.api.schema import IDEMPOTENCY_KEY, problems
from core.api.views import ApiView, ListView, SignedIn
from orders import services
from orders.api import serializers
from orders.models import Order, Payment
from orders.queries import timeline
from orders.services import Purchase, Wanted

BOUGHT = {201: serializers.OrderSerializer, **problems(404, 409, 422)}


class OrderFilter(django_filters.FilterSet):  # type: ignore[misc]  # no stubs
    status = django_filters.ChoiceFilter(choices=Order.Status.choices)

    class Meta:
        model = Order
        fields = ("status",)


class OrdersView(ListView):
    serializer_class = serializers.OrderSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = OrderFilter

    def get_queryset(self) -> Any:
        visible = Order.objects.visible_to(self.request.user)
        return visible.with_parts().order_by("-created_at", "-pk")

    @extend_schema(operation_id="orders", tags=["orders"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The caller's orders, newest first; everybody's for staff."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="place_order",
        tags=["orders"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.BuySerializer,
        responses=BOUGHT,
    )
    @idempotent
    def post(self, request: SignedIn) -> Response:
        """Buy without a cart, at the prices of this moment."""
        body = serializers.BuySerializer.read(request)
        order = services.place_order(
            purchase=_purchase(request.user, body), wanted=_wanted(body["items"]), at=clock.now()
        )
        return Response(serializers.OrderSerializer(order).data, status=201)


class CheckoutView(ApiView):
    @extend_schema(
        operation_id="checkout",
        tags=["cart"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.CheckoutSerializer,
        responses=BOUGHT,
    )
    @idempotent
    def post(self, request: SignedIn) -> Response:
        """Buy what is in the cart, at the prices that the cart showed."""
        body = serializers.CheckoutSerializer.read(request)
        order = services.checkout(
            purchase=_purchase(request.user, body),
            shopper=Shopper(user=request.user),
            accept_price_changes=body["accept_price_changes"],
            at=clock.now(),
        )
        return Response(serializers.OrderSerializer(order).data, status=201)


class OrderView(ApiView):
    @extend_schema(
        operation_id="order", tags=["orders"], responses={200: serializers.OrderSerializer}
    )
    def get(self, request: SignedIn, order_id: UUID) -> Response:
        """One order."""
        visible = Order.objects.visible_to(request.user).with_parts()
        order = get_object_or_404(visible, pk=order_id)
        return Response(serializers.OrderSerializer(order).data)


class CancelView(ApiView):
    @extend_schema(
        operation_id="cancel_order",
        tags=["orders"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.CancelOrderSerializer,
        responses={200: serializers.OrderSerializer, **problems(403, 404, 409, 422)},
    )
    @idempotent
    def post(self, request: SignedIn, order_id: UUID) -> Response:
        """Call an order off while no part of it is on its way: money and stock go back.

        One's own; anyone's for staff who may change orders.
        """
        body = serializers.CancelOrderSerializer.read(request)
        order = get_object_or_404(Order.objects.visible_to(request.user), pk=order_id)
        if order.user_id != request.user.pk and not request.user.has_perm("orders.change_order"):
            raise PermissionDenied
        cancelled = services.cancel_order(
            order.pk, actor_id=request.user.pk, reason=body["reason"], at=clock.now()
        )
        return Response(serializers.OrderSerializer(cancelled).data)


class OrderEventsView(ApiView):
    @extend_schema(
        operation_id="order_events",
        tags=["orders"],
        responses={200: serializers.MomentSerializer(many=True)},
    )
    def get(self, request: SignedIn, order_id: UUID) -> Response:
        """All that happened to an order, oldest first."""
        order = get_object_or_404(Order.objects.visible_to(request.user), pk=order_id)
        moments: Any = timeline(order)
        return Response(serializers.MomentSerializer(moments, many=True).data)


def _purchase(buyer: User, body: Mapping[str, Any]) -> Purchase:
    shipping, expected = body["shipping_address"], body.get("expected_total")
    return Purchase(
        customer=Customer(buyer, buyer.email),
        method=Payment.Method(body["payment_method"]),
        addresses=(shipping, body.get("billing_address", shipping)),
        shipping_method=body.get("shipping_method", ""),
        expected_total=None if expected is None else expected.amount,
    )


def _wanted(items: list[dict[str, Any]]) -> list[Wanted]:
    """One line per variant, however often it was named."""
    named = [(item.get("product_id"), item.get("variant_id")) for item in items]
    quantities: Counter[UUID] = Counter()
    for variant, item in zip(sellable_variants(named), items, strict=True):
        quantities[variant.pk] += item["quantity"]
    return [Wanted(variant_id, quantity) for variant_id, quantity in quantities.items()]
