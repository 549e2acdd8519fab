"""What a basket costs its buyer, and who bears what of it: for the cart, checkout and orders alike."""

from collections.abc import Sequence

from cart.pricing.discounts import best
from cart.pricing.lines import Code, Customer, Granted, Parcel, PricedLine, Quote, Terms
from cart.pricing.offers import offers

__all__ = ["Code", "Customer", "Granted", "Parcel", "PricedLine", "Quote", "Terms", "quote"]


def quote(lines: Sequence[PricedLine], terms: Terms) -> Quote:
    """Price ``lines``, which carry goods only, under ``terms``. The same number of queries for any number of lines."""
    offered = offers(lines, terms)
    priced = best(lines, offered.offers, ship=lambda discounted: discounted)
    return Quote(priced.lines, granted=priced.granted, codes=offered.codes)
