"""Carts that nobody comes back to."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from cart.models import Cart, CartItem
from core import events
from core.models import Event


@transaction.atomic
def note_abandoned(*, at: datetime, limit: int = 500) -> int:
    """Tell of carts that nobody has touched for ``CART_ABANDONED_AFTER``, once each; how many.

    Safe to run twice at once: whoever comes second passes over what the first is at.
    """
    resting = Cart.objects.filter(
        Exists(CartItem.objects.filter(cart=OuterRef("pk"))),
        abandoned_at=None,
        updated_at__lte=at - settings.CART_ABANDONED_AFTER,
    )
    carts = list(resting.order_by("updated_at").select_for_update(skip_locked=True)[:limit])
    events.record_many([_abandoned(cart, at) for cart in carts])
    Cart.objects.filter(pk__in=[cart.pk for cart in carts]).update(abandoned_at=at)
    return len(carts)


def forget_guests(*, at: datetime) -> int:
    """Delete guests' carts whose last token has run out; how many rows."""
    old = Cart.objects.filter(user=None, updated_at__lte=at - settings.GUEST_CART_KEPT)
    return old.delete()[0]


def _abandoned(cart: Cart, at: datetime) -> Event:
    payload = {"user": cart.user_id and str(cart.user_id), "since": cart.updated_at.isoformat()}
    return Event(kind="cart.abandoned", subject_id=cart.pk, payload=payload, at=at)
