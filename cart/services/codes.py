"""Codes of promotions at the cart. They are judged anew whenever the cart is looked at or bought."""

from datetime import datetime

from django.db import transaction

from cart import errors
from cart.models import Cart, EnteredCode, Promotion, normalised_code
from cart.pricing import Customer, Terms
from cart.pricing.offers import offers
from cart.queries import items_of, priced
from cart.services.items import find_locked, touch
from cart.shoppers import Shopper

MAX_CODES = 5


@transaction.atomic
def enter_code(*, shopper: Shopper, code: str, at: datetime) -> Promotion:
    """Put ``code`` (in capitals or not) to the shopper's cart. Locks the cart.

    Entered twice, it is entered once.

    :raises CartEmpty: there is nothing to take anything off.
    :raises PromotionUnknown: there is no such code.
    :raises PromotionRefused: by its kinds, why the code is not good for this cart or shopper.
    :raises TooManyCodes: the cart has ``MAX_CODES`` others already.
    """
    cart = find_locked(shopper)
    if cart is None or not cart.items.exists():
        raise errors.CartEmpty
    promotion = _good(cart, shopper, code, at)
    others = cart.entered_codes.exclude(promotion=promotion).count()
    if others >= MAX_CODES:
        raise errors.TooManyCodes(field="code", maximum=MAX_CODES)
    EnteredCode.objects.get_or_create(cart=cart, promotion=promotion, defaults={"entered_at": at})
    touch(cart, at)
    return promotion


@transaction.atomic
def remove_code(*, shopper: Shopper, code: str, at: datetime) -> None:
    """Take ``code`` off the shopper's cart. Locks the cart.

    :raises CodeNotEntered: it is not there.
    """
    cart = find_locked(shopper)
    entered = EnteredCode.objects.filter(cart=cart, promotion__code=normalised_code(code))
    if cart is None or not entered.delete()[0]:
        raise errors.CodeNotEntered(field="code")
    touch(cart, at)


@transaction.atomic
def remove_codes(*, shopper: Shopper, at: datetime) -> None:
    """Take every code off the shopper's cart. Without any it is no error. Locks the cart."""
    if cart := find_locked(shopper):
        cart.entered_codes.all().delete()
        touch(cart, at)


def _good(cart: Cart, shopper: Shopper, code: str, at: datetime) -> Promotion:
    customer = Customer(user=shopper.user)
    terms = Terms(customer=customer, currency=cart.currency, at=at, codes=(code,))
    [judged] = offers(priced(items_of(cart)), terms).codes
    if judged.refusal:
        raise judged.refusal
    assert judged.promotion is not None, "what is not refused is there"
    return judged.promotion
