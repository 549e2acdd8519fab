"""Changes to orders."""

from orders.services.checkout import Wanted, checkout, place_order
from orders.services.drafts import Sold
from orders.services.history import PastSale, record_past_sales

__all__ = ["PastSale", "Sold", "Wanted", "checkout", "place_order", "record_past_sales"]
