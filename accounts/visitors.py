"""Who looks at a page."""

from typing import Any

from django.core.exceptions import PermissionDenied

from accounts.models import Seller, User


def visitor(request: Any) -> User:
    """The user behind a request that ``login_required`` let through."""
    user = request.user
    assert isinstance(user, User)
    return user


def selling_visitor(request: Any) -> Seller:
    """The approved seller behind a request that ``login_required`` let through.

    :raises PermissionDenied: none, or one who may not sell at present.
    """
    seller: Seller | None = getattr(visitor(request), "seller", None)
    if seller is None or not seller.is_approved:
        raise PermissionDenied
    return seller
