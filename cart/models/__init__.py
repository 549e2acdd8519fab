"""What shoppers mean to buy."""

from cart.models.carts import Cart, CartItem, CartQuerySet

__all__ = ["Cart", "CartItem", "CartQuerySet"]
