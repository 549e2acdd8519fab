"""What a basket costs its buyer, and who bears what of it: for the cart, checkout and orders alike."""

from collections.abc import Sequence

from cart.pricing.lines import Choice, Customer, Parcel, PricedLine, Quote, Terms
from cart.pricing.shipping import add_shipping
from cart.pricing.taxes import TaxLine, add_taxes, tax_lines

__all__ = [
    "Choice",
    "Customer",
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
    shipped = add_shipping(lines, terms)
    taxed = add_taxes(shipped.lines, terms)
    return Quote(taxed, shipped.parcels, shipped.choices)
