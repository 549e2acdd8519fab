"""What a basket costs its buyer, and who bears what of it: for the cart, checkout and orders alike."""

from collections.abc import Sequence

from cart.pricing.lines import Customer, Parcel, PricedLine, Quote, Terms

__all__ = ["Customer", "Parcel", "PricedLine", "Quote", "Terms", "quote"]


def quote(lines: Sequence[PricedLine], terms: Terms) -> Quote:
    """Price ``lines``, which carry goods only, under ``terms``. The same number of queries for any number of lines."""
    del terms
    return Quote(lines)
