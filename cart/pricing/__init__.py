"""What a basket costs its buyer, and who bears what of it: for the cart, checkout and orders alike."""

from collections.abc import Sequence

from cart.pricing.discounts import best
from cart.pricing.lines import (
    Choice,
    Code,
    Customer,
    Granted,
    Parcel,
    PricedLine,
    Quote,
    Terms,
)
from cart.pricing.offers import offers
from cart.pricing.shipping import tariff
from cart.pricing.taxes import TaxLine, add_taxes, tax_lines

__all__ = [
    "Choice",
    "Code",
    "Customer",
    "Granted",
    "Parcel",
    "PricedLine",
    "Quote",
    "TaxLine",
    "Terms",
    "quote",
    "tax_lines",
]


def quote(lines: Sequence[PricedLine], terms: Terms) -> Quote:
    """Price ``lines``, which carry goods only, under ``terms``. The same number of queries for any number of lines.

    :raises ShippingMethodUnknown: the shop has no method of this code.
    :raises NotShippedThere: a seller does not ship to the country.
    """
    offered, rates = offers(lines, terms), tariff(lines, terms)
    priced = best(lines, offered.offers, ship=rates.ship)
    return Quote(
        add_taxes(priced.lines, terms),
        parcels=rates.parcels(priced.lines),
        choices=rates.choices(priced.lines),
        granted=priced.granted,
        codes=offered.codes,
    )
