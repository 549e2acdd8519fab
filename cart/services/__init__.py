"""Changes to carts."""

from cart.services.codes import enter_code, remove_code, remove_codes
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
from cart.services.promotions import create_promotion, edit_promotion
from cart.services.upkeep import forget_guests, note_abandoned

__all__ = [
    "Reduced",
    "add",
    "clear",
    "create_promotion",
    "edit_promotion",
    "enter_code",
    "forget_guests",
    "locked_cart",
    "merge",
    "note_abandoned",
    "refuse_too_many",
    "remove_code",
    "remove_codes",
    "sellable_variant",
    "sellable_variants",
    "set_quantity",
]
