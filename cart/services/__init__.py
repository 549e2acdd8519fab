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
from cart.services.upkeep import forget_guests, note_abandoned

__all__ = [
    "Reduced",
    "add",
    "clear",
    "forget_guests",
    "locked_cart",
    "merge",
    "note_abandoned",
    "refuse_too_many",
    "sellable_variant",
    "sellable_variants",
    "set_quantity",
]
