"""How guests say which cart is theirs: API clients by a header, browsers by a cookie."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature

from cart.errors import CartTokenInvalid
from cart.shoppers import Shopper, guest_cart_of, token_of
from core.api.throttles import RateLimit, address

HEADER = "X-Cart-Token"
COOKIE = "cart"
NEW_CARTS = RateLimit("guest_cart")
CODES = RateLimit("promotion_code")


def of_header(request: Any) -> UUID | None:
    """The guest's cart that an API request names, if any.

    :raises CartTokenInvalid: it is not one of ours.
    """
    try:
        return guest_cart_of(request.headers.get(HEADER, ""))
    except BadSignature as error:
        raise CartTokenInvalid(field=HEADER) from error


def of_cookie(request: Any) -> UUID | None:
    """The guest's cart that the browser remembers; a cookie that is not ours is none."""
    try:
        return guest_cart_of(request.COOKIES.get(COOKIE, ""))
    except BadSignature:
        return None


def of_page(request: Any) -> Shopper:
    """Who looks at a page."""
    user = request.user
    return Shopper(user=user) if user.is_authenticated else Shopper(guest_cart=of_cookie(request))


def limit_new_carts(shopper: Shopper, request: Any) -> None:
    """Count a guest's first item against the address it comes from: it makes a row.

    :raises LimitReached: enough carts were made from there for now.
    """
    if shopper == Shopper():
        NEW_CARTS.hit(address(request))


def limit_codes(request: Any) -> None:
    """Count a code that somebody tries against the address it comes from.

    :raises LimitReached: enough were tried from there for now.
    """
    CODES.hit(address(request))


def remember(response: Any, guest_cart: UUID) -> None:
    """Let the guest's browser keep the token, out of scripts' reach."""
    response.set_cookie(
        COOKIE,
        token_of(guest_cart),
        max_age=settings.GUEST_CART_KEPT,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
