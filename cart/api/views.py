"""The caller's cart: one's own, or a guest's by ``X-Cart-Token``."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from cart import guests, queries, services
from cart.api import serializers
from cart.shoppers import Shopper, token_of
from core import clock
from core.api.schema import problems
from core.api.views import ApiView, SignedIn

CART = serializers.CartSerializer
CART_TOKEN = OpenApiParameter(
    guests.HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A guest's cart, as an earlier answer's header of that name gave it.",
)


class CartView(ApiView):
    """A guest's answers carry a token that is good for another 30 days.

    Whoever is signed in and still sends a guest's token gets that cart merged into their own first.
    """

    permission_classes = (AllowAny,)

    def shopper(self, request: Request) -> Shopper:
        """:raises CartTokenInvalid: the header is none of ours."""
        guest_cart = guests.of_header(request)
        if not request.user.is_authenticated:
            return Shopper(guest_cart=guest_cart)
        user: Any = request.user
        if guest_cart:
            services.merge(user=user, guest_cart=guest_cart, at=clock.now())
        return Shopper(user=user)

    def answer(self, shopper: Shopper, status: int = 200, **destination: Any) -> Response:
        cart = queries.cart_of(shopper, at=clock.now(), **destination)
        response = Response(CART(cart).data, status=status)
        if shopper.user is None and cart.id:
            response[guests.HEADER] = token_of(cart.id)
        return response


class CartDetailView(CartView):
    query_parameters = frozenset({"country", "shipping_method"})

    @extend_schema(
        operation_id="cart",
        tags=["cart"],
        parameters=[CART_TOKEN, serializers.DestinationSerializer],
        responses={200: CART, **problems(409)},
    )
    def get(self, request: Request) -> Response:
        """The cart at today's prices and stock, with shipping and tax once the country is known.

        A seller who does not offer the method there uses the first of theirs.
        """
        asked = serializers.DestinationSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        destination = asked.validated_data
        return self.answer(
            self.shopper(request),
            country=destination.get("country"),
            method=destination.get("shipping_method", ""),
        )

    @extend_schema(
        operation_id="clear_cart", tags=["cart"], parameters=[CART_TOKEN], responses={200: CART}
    )
    def delete(self, request: Request) -> Response:
        """Take everything out."""
        shopper = self.shopper(request)
        services.clear(shopper=shopper, at=clock.now())
        return self.answer(shopper)


class CartItemsView(CartView):
    @extend_schema(
        operation_id="add_to_cart",
        tags=["cart"],
        request=serializers.AddItemSerializer,
        parameters=[CART_TOKEN],
        responses={201: CART, **problems(404, 409, 429)},
    )
    def post(self, request: Request) -> Response:
        """Put a product in; what is there already is added to. A guest without a cart gets one."""
        body = serializers.AddItemSerializer.read(request)
        shopper = self.shopper(request)
        variant = services.sellable_variant(
            product_id=body.get("product_id"), variant_id=body.get("variant_id")
        )
        guests.limit_new_carts(shopper, request)
        item = services.add(
            shopper=shopper, variant=variant, quantity=body["quantity"], at=clock.now()
        )
        guest_cart = None if shopper.user else item.cart_id
        return self.answer(Shopper(shopper.user, guest_cart), status=201)


class CartItemView(CartView):
    @extend_schema(
        operation_id="set_cart_quantity",
        tags=["cart"],
        request=serializers.QuantitySerializer,
        parameters=[CART_TOKEN],
        responses={200: CART, **problems(404, 409)},
    )
    def put(self, request: Request, item_id: UUID) -> Response:
        """Set how many; 0 removes the item."""
        body = serializers.QuantitySerializer.read(request)
        return self._set(request, item_id, body["quantity"])

    @extend_schema(
        operation_id="remove_from_cart",
        tags=["cart"],
        parameters=[CART_TOKEN],
        responses={200: CART},
    )
    def delete(self, request: Request, item_id: UUID) -> Response:
        """Take one item out."""
        return self._set(request, item_id, 0)

    def _set(self, request: Request, item_id: UUID, quantity: int) -> Response:
        shopper = self.shopper(request)
        services.set_quantity(shopper=shopper, item_id=item_id, quantity=quantity, at=clock.now())
        return self.answer(shopper)


class MergeView(ApiView):
    @extend_schema(
        operation_id="merge_cart",
        tags=["cart"],
        request=None,
        parameters=[CART_TOKEN],
        responses={200: serializers.MergedCartSerializer},
    )
    def post(self, request: SignedIn) -> Response:
        """Put a guest's cart into one's own. Done twice, it is done once.

        `reduced` says of what there was more in both together than can be bought at once.
        """
        guest_cart = guests.of_header(request)
        reduced: Any = ()
        if guest_cart:
            reduced = services.merge(user=request.user, guest_cart=guest_cart, at=clock.now())
        cart = CART(queries.cart_of(Shopper(user=request.user), at=clock.now())).data
        cut = serializers.ReducedSerializer(reduced, many=True).data
        return Response({**cart, "reduced": cut})
