"""Buying, and looking at what was bought."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import django_filters
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cart import guests
from cart.api.views import CART_TOKEN, CartView
from cart.errors import CartEmpty
from cart.pricing import Customer
from cart.services import sellable_variants
from cart.shoppers import Shopper
from core import clock
from core.api.idempotency import idempotent, resumable
from core.api.schema import IDEMPOTENCY_KEY, problems
from core.api.views import ApiView, ListView, SignedIn
from core.idempotency import Intent
from orders import services
from orders.api import serializers
from orders.models import Order, Payment
from orders.payments import registry
from orders.queries import timeline
from orders.services import Purchase, Wanted

BOUGHT = {201: serializers.PlacedOrderSerializer, **problems(404, 409, 422)}


def _paid_for(request: Request, payment_id: str) -> Response:
    order, context = _settled(request, payment_id)
    placed = serializers.PlacedOrderSerializer(order, context=context)
    return Response(placed.data, status=201)


def paid(request: Request, payment_id: str) -> Response:
    """The end of a request to pay an order."""
    order, context = _settled(request, payment_id)
    return Response(serializers.OrderSerializer(order, context=context).data)


def pay(order: Order, body: Mapping[str, Any], *, actor_id: UUID) -> Response | Intent:
    """Begin a payment of ``order``, or go on with it; ``paid`` ends what asks somebody outside."""
    payment = services.pay_order(
        order.pk,
        method=body["payment_method"],
        has_token=bool(body["payment_token"]),
        actor_id=actor_id,
    )
    if payment.is_open and registry.is_outside(payment.method):
        return Intent(payment.pk.hex)
    return Response(serializers.OrderSerializer(Order.objects.with_parts().get(pk=order.pk)).data)


def _settled(request: Request, payment_id: str) -> tuple[Order, dict[str, str]]:
    """Ask the provider, with the card that the request brought: what came of it, and for the buyer."""
    token = serializers.token_of(request.data)
    standing = services.settle(UUID(payment_id), token=token)
    order = Order.objects.with_parts().get(pk=standing.payment.order_id)
    return order, {"secret": standing.secret}


def _bought(order: Order) -> Response | Intent:
    """The answer, or the payment that somebody has to be asked for first."""
    payment = services.open_payment(order)
    if payment is not None:
        return Intent(payment.pk.hex)
    whole = Order.objects.with_parts().get(pk=order.pk)
    return Response(serializers.PlacedOrderSerializer(whole).data, status=201)


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
    @resumable(_paid_for)
    def post(self, request: SignedIn) -> Response | Intent:
        """Buy without a cart, at the prices of this moment.

        An order whose card was declined, or whose bank wants to ask the buyer first, awaits its
        payment until ``pay_by``.
        """
        body = serializers.BuySerializer.read(request)
        order = services.place_order(
            purchase=_purchase(Customer(request.user, request.user.email), body),
            wanted=_wanted(body["items"]),
            at=clock.now(),
        )
        return _bought(order)


class CheckoutView(CartView):
    def key_scope(self, request: Request) -> str:
        """A guest's keys are the cart's.

        :raises CartEmpty: a guest names none.
        """
        if request.user.is_authenticated:
            return super().key_scope(request)
        cart_id = guests.of_header(request)
        if cart_id is None:
            raise CartEmpty
        return f"cart:{cart_id.hex}"

    @extend_schema(
        operation_id="checkout",
        tags=["cart"],
        parameters=[IDEMPOTENCY_KEY, CART_TOKEN],
        request=serializers.CheckoutSerializer,
        responses=BOUGHT,
    )
    @resumable(_paid_for)
    def post(self, request: Request) -> Response | Intent:
        """Buy what is in the cart, at the prices that the cart showed.

        An order whose card was declined, or whose bank wants to ask the buyer first, awaits its
        payment until ``pay_by``.

        Guests send their cart's token, and an e-mail address for news of the order. They pay by
        any way but a wallet, and see the order by its `lookup_token`.
        """
        body = serializers.CheckoutSerializer.read(request)
        shopper = self.shopper(request)
        order = services.checkout(
            purchase=_purchase(_customer(shopper, body), body),
            shopper=shopper,
            accept_price_changes=body["accept_price_changes"],
            at=clock.now(),
        )
        return _bought(order)


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


class PayView(ApiView):
    @extend_schema(
        operation_id="pay_order",
        tags=["orders"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.PaySerializer,
        responses={200: serializers.OrderSerializer, **problems(403, 404, 409, 422)},
    )
    @resumable(paid)
    def post(self, request: SignedIn, order_id: UUID) -> Response | Intent:
        """Pay an order of one's own that awaits it: with another card, or another way.

        Without a ``payment_token`` it goes on with the card that is there: after the buyer's bank
        has asked the buyer, say.
        """
        body = serializers.PaySerializer.read(request)
        order = get_object_or_404(Order.objects.visible_to(request.user), pk=order_id)
        if order.user_id != request.user.pk:
            raise PermissionDenied
        return pay(order, body, actor_id=request.user.pk)


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


def _customer(shopper: Shopper, body: Mapping[str, Any]) -> Customer:
    """:raises ValidationError: somebody who has an account names an address."""
    if shopper.user is None:
        return Customer(email=body.get("email", ""))
    if "email" in body:
        raise ValidationError({"email": ["Leave it out: news of the order go to your account's."]})
    return Customer(shopper.user, shopper.user.email)


def _purchase(customer: Customer, body: Mapping[str, Any]) -> Purchase:
    shipping, expected = body["shipping_address"], body.get("expected_total")
    return Purchase(
        customer=customer,
        method=Payment.Method(body["payment_method"]),
        addresses=(shipping, body.get("billing_address", shipping)),
        shipping_method=body.get("shipping_method", ""),
        codes=tuple(body["promotion_codes"]),
        expected_total=None if expected is None else expected.amount,
    )


def _wanted(items: list[dict[str, Any]]) -> list[Wanted]:
    """One line per variant, however often it was named."""
    named = [(item.get("product_id"), item.get("variant_id")) for item in items]
    quantities: Counter[UUID] = Counter()
    for variant, item in zip(sellable_variants(named), items, strict=True):
        quantities[variant.pk] += item["quantity"]
    return [Wanted(variant_id, quantity) for variant_id, quantity in quantities.items()]
