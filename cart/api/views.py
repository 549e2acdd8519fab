"""The caller's cart."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.models import User
from cart import queries, services
from cart.api import serializers
from core import clock
from core.api.schema import problems
from core.api.views import ApiView, SignedIn

CART = serializers.CartSerializer


class CartDetailView(ApiView):
    @extend_schema(operation_id="cart", tags=["cart"], responses={200: CART})
    def get(self, request: SignedIn) -> Response:
        """The cart at today's prices and stock."""
        return _answer(request.user)

    @extend_schema(operation_id="clear_cart", tags=["cart"], responses={200: CART})
    def delete(self, request: SignedIn) -> Response:
        """Take everything out."""
        services.clear(user=request.user, at=clock.now())
        return _answer(request.user)


class CartItemsView(ApiView):
    @extend_schema(
        operation_id="add_to_cart",
        tags=["cart"],
        request=serializers.AddItemSerializer,
        responses={201: CART, **problems(404, 409)},
    )
    def post(self, request: SignedIn) -> Response:
        """Put a product in; what is there already is added to."""
        body = serializers.AddItemSerializer.read(request)
        variant = services.sellable_variant(
            product_id=body.get("product_id"), variant_id=body.get("variant_id")
        )
        services.add(user=request.user, variant=variant, quantity=body["quantity"], at=clock.now())
        return _answer(request.user, status=201)


class CartItemView(ApiView):
    @extend_schema(
        operation_id="set_cart_quantity",
        tags=["cart"],
        request=serializers.QuantitySerializer,
        responses={200: CART, **problems(404, 409)},
    )
    def put(self, request: SignedIn, item_id: UUID) -> Response:
        """Set how many; 0 removes the item."""
        body = serializers.QuantitySerializer.read(request)
        services.set_quantity(
            user=request.user, item_id=item_id, quantity=body["quantity"], at=clock.now()
        )
        return _answer(request.user)

    @extend_schema(operation_id="remove_from_cart", tags=["cart"], responses={200: CART})
    def delete(self, request: SignedIn, item_id: UUID) -> Response:
        """Take one item out."""
        services.set_quantity(user=request.user, item_id=item_id, quantity=0, at=clock.now())
        return _answer(request.user)


def _answer(owner: User, status: int = 200) -> Response:
    return Response(CART(queries.cart_of(owner)).data, status=status)
