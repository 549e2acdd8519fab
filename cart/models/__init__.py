"""What shoppers mean to buy, and what is charged for it besides."""

from cart.models.carts import Cart, CartItem, CartQuerySet
from cart.models.shipping import ShippingMethod, ShippingRate
from cart.models.taxes import TaxRate

__all__ = ["Cart", "CartItem", "CartQuerySet", "ShippingMethod", "ShippingRate", "TaxRate"]
