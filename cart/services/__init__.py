"""Changes to carts."""

from cart.services.items import (
    add,
    clear,
    locked_cart,
    refuse_too_many,
    sellable_variant,
    sellable_variants,
    set_quantity,
)
from cart.services.merging import Reduced, merge
from cart.services.shipping import add_shipping_rate, edit_shipping_rate, remove_shipping_rate
from cart.services.upkeep import forget_guests, note_abandoned

__all__ = [
    "Reduced",
    "add",
    "add_shipping_rate",
    "clear",
    "edit_shipping_rate",
    "forget_guests",
    "locked_cart",
    "merge",
    "note_abandoned",
    "refuse_too_many",
    "remove_shipping_rate",
    "sellable_variant",
    "sellable_variants",
    "set_quantity",
]
