"""What shoppers mean to buy, and what is charged for it, or taken off."""

from cart.models.carts import Cart, CartItem, CartQuerySet
from cart.models.promotions import EnteredCode, Promotion, PromotionQuerySet, normalised_code
from cart.models.shipping import ShippingMethod, ShippingRate
from cart.models.taxes import TaxRate

__all__ = [
    "Cart",
    "CartItem",
    "CartQuerySet",
    "EnteredCode",
    "Promotion",
    "PromotionQuerySet",
    "ShippingMethod",
    "ShippingRate",
    "TaxRate",
    "normalised_code",
]
