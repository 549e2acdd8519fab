"""Whose cart it is: a person's, or that of a guest who shows a signed token."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.signing import SignatureExpired, TimestampSigner
from django.db.models import Q

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Shopper:
    """``guest_cart`` is the id of a guest's cart, None while there is none."""

    user: User | None = None
    guest_cart: UUID | None = None

    @property
    def carts(self) -> Q:
        """Finds the shopper's cart, if there is one. A cart that has an owner is no guest's."""
        if self.user is not None:
            return Q(user=self.user)
        return Q(pk=self.guest_cart, user=None)


def token_of(guest_cart: UUID) -> str:
    """What a guest shows to get at the cart, good for ``settings.GUEST_CART_KEPT`` from now."""
    return _signer().sign(guest_cart.hex)


def guest_cart_of(token: str) -> UUID | None:
    """The cart that ``token`` is of; None if it is empty or its time is up.

    :raises BadSignature: it is not one of ours.
    """
    if not token:
        return None
    try:
        return UUID(_signer().unsign(token, max_age=settings.GUEST_CART_KEPT))
    except SignatureExpired:
        return None


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="cart")
