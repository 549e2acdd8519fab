"""A customer's cart, for themselves and for staff who were asked about it."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.models import User
from cart import queries
from cart.api.serializers import CartSerializer
from cart.shoppers import Shopper
from core import clock
from core.api.views import ApiView, SignedIn


class CustomersCartView(ApiView):
    @extend_schema(operation_id="customers_cart", tags=["cart"], responses={200: CartSerializer})
    def get(self, request: SignedIn, customer_id: UUID) -> Response:
        """A customer's cart: one's own, or anyone's for staff who may see carts."""
        there = User.objects.filter(pk=customer_id)
        if not request.user.has_perm("cart.view_cart"):
            there = there.filter(pk=request.user.pk)
        cart = queries.cart_of(Shopper(user=get_object_or_404(there)), at=clock.now())
        return Response(CartSerializer(cart).data)
