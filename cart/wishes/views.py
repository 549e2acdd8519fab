"""The button that takes a thing from a wishlist into the basket."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.visitors import visitor
from cart.wishes import move_to_cart
from catalog.models import Wishlist
from catalog.wishlists.views import came_from, own, product_id
from core import clock
from core.errors import DomainError


@require_POST
@own
def move(request: HttpRequest, wishlist: Wishlist) -> HttpResponse:
    """Into the basket, off the list; a refusal changes neither."""
    try:
        product = move_to_cart(
            user=visitor(request),
            wishlist=wishlist,
            product_id=product_id(request),
            at=clock.now(),
        )
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, f"{product.title} is in your basket.")
    return redirect(came_from(request, reverse("wishlist", args=[wishlist.pk])))
