"""Whoever signs in on a page takes the guest's basket along."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from cart import guests, services
from core import clock
from core.middleware import GetResponse


class MergeGuestCart:
    """Merges the cart that a cookie names into that of a signed-in visitor, and drops the cookie.

    At the first page after signing in, however that was done. Merging twice is merging once.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cookie = request.COOKIES.get(guests.COOKIE)
        if cookie is None or not request.user.is_authenticated:
            return self.get_response(request)
        self._merge(request)
        response = self.get_response(request)
        response.delete_cookie(guests.COOKIE, samesite="Lax")
        return response

    def _merge(self, request: HttpRequest) -> None:
        guest_cart = guests.of_cookie(request)
        if guest_cart is None:
            return
        at = clock.now()
        user: Any = request.user
        for reduced in services.merge(user=user, guest_cart=guest_cart, at=at):
            title, kept = reduced.variant.product.title, reduced.kept
            messages.warning(request, f"More than {kept} of {title} cannot be bought at once.")
