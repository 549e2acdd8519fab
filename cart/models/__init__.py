"""What shoppers mean to buy, and what is taken off it."""

from cart.models.carts import Cart, CartItem, CartQuerySet
from cart.models.promotions import EnteredCode, Promotion, PromotionQuerySet, normalised_code

__all__ = [
    "Cart",
    "CartItem",
    "CartQuerySet",
    "EnteredCode",
    "Promotion",
    "PromotionQuerySet",
    "normalised_code",
]
