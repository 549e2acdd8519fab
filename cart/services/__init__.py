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
from cart.services.shipping import add_shipping_rate, edit_shipping_rate, remove_shipping_rate
from cart.services.upkeep import forget_guests, note_abandoned

__all__ = [
    "Reduced",
    "add",
    "add_shipping_rate",
    "clear",
    "create_promotion",
    "edit_promotion",
    "edit_shipping_rate",
    "enter_code",
    "forget_guests",
    "locked_cart",
    "merge",
    "note_abandoned",
    "refuse_too_many",
    "remove_code",
    "remove_codes",
    "remove_shipping_rate",
    "sellable_variant",
    "sellable_variants",
    "set_quantity",
]
