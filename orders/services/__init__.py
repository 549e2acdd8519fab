"""Changes to orders."""

from orders.services.cancelling import cancel_order
from orders.services.checkout import Purchase, Wanted, checkout, place_order
from orders.services.history import (
    Entered,
    PastRefund,
    PastSale,
    record_past,
    record_past_sales,
)

__all__ = [
    "Entered",
    "PastRefund",
    "PastSale",
    "Purchase",
    "Wanted",
    "cancel_order",
    "checkout",
    "place_order",
    "record_past",
    "record_past_sales",
]
