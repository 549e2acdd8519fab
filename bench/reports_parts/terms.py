"""What the shop of the benchmark has sold."""

from datetime import date

SELLERS, CATEGORIES, PRODUCTS, CUSTOMERS = 50, 40, 3_000, 200_000
LINES = 5
"""Of an order, on average: 1 to 9."""
LAST = date(2025, 12, 31)
"""The last day of every history."""
