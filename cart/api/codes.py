"""Promotions' codes at the caller's cart."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cart import guests, services
from cart.api import serializers
from cart.api.views import CART, CART_TOKEN, CartView
from core import clock
from core.api.schema import problems


class CartPromotionsView(CartView):
    query_parameters: ClassVar[frozenset[str]] = frozenset({"code"})

    @extend_schema(
        operation_id="enter_promotion_code",
        tags=["cart"],
        request=serializers.CodeSerializer,
        parameters=[CART_TOKEN],
        responses={200: CART, **problems(404, 409, 429)},
    )
    def post(self, request: Request) -> Response:
        """Enter a code. Why one is refused, its `code` says: `promotion_expired`, and so on."""
        body = serializers.CodeSerializer.read(request)
        guests.limit_codes(request)
        shopper = self.shopper(request)
        services.enter_code(shopper=shopper, code=body["code"], at=clock.now())
        return self.answer(shopper)

    @extend_schema(
        operation_id="remove_promotion_code",
        tags=["cart"],
        parameters=[CART_TOKEN, OpenApiParameter("code", str, description="All without it.")],
        responses={200: CART, **problems(404)},
    )
    def delete(self, request: Request) -> Response:
        """Take one code off the cart, or all of them."""
        shopper, at = self.shopper(request), clock.now()
        if code := request.query_params.get("code"):
            services.remove_code(shopper=shopper, code=code, at=at)
        else:
            services.remove_codes(shopper=shopper, at=at)
        return self.answer(shopper)
