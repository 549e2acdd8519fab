"""What sending costs: a parcel for each seller, and every line's share of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from cart.errors import NotShippedThere, ShippingMethodUnknown
from cart.models import ShippingMethod, ShippingRate
from cart.models.shipping import ELSEWHERE
from cart.pricing.lines import Choice, Parcel, PricedLine, Terms
from core.money import split

Offers = Mapping[str, int]
"""What one seller asks for one parcel: minor units by method's code, in the methods' order."""

WITHOUT_RATES: Offers = {"": 0}
"""Who has never said what shipping costs ships free of charge, somehow."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """``lines`` in their order, with their shares of ``parcels``; ``choices`` are to be had."""

    lines: Sequence[PricedLine]
    parcels: Sequence[Parcel] = ()
    choices: Sequence[Choice] = ()


def add_shipping(lines: Sequence[PricedLine], terms: Terms) -> Shipped:
    """Charge every line its share of its seller's parcel; nothing while the country is not known.

    Shares go by the goods' value after discounts. A seller who does not offer ``terms.method`` there
    uses the first they offer. Three queries, for any number of lines.

    :raises ShippingMethodUnknown: the shop has no method of this code.
    :raises NotShippedThere: of sellers who have rates, but none for the country.
    """
    if terms.country is None and not terms.method:
        return Shipped(lines)
    methods = {method.code: method for method in ShippingMethod.objects.all()}
    if terms.method and terms.method not in methods:
        raise ShippingMethodUnknown(field="shipping_method")
    if terms.country is None:
        return Shipped(lines)
    by_seller = _by_seller(lines)
    offers = _offers(by_seller, terms, methods)
    parcels = [_parcel(seller, offers[seller], terms.method, methods) for seller in by_seller]
    shares = {p.seller_id: iter(_shares(by_seller[p.seller_id], p.shipping)) for p in parcels}
    shipped = [replace(line, shipping=next(shares[line.seller.pk])) for line in lines]
    return Shipped(shipped, parcels, _choices(list(offers.values()), methods))


def _by_seller(lines: Sequence[PricedLine]) -> dict[UUID, list[PricedLine]]:
    sellers: dict[UUID, list[PricedLine]] = defaultdict(list)
    for line in lines:
        sellers[line.seller.pk].append(line)
    return sellers


def _offers(
    by_seller: Mapping[UUID, Sequence[PricedLine]],
    terms: Terms,
    methods: Mapping[str, ShippingMethod],
) -> dict[UUID, Offers]:
    """What each seller asks there. Theirs for the country goes before theirs for everywhere else."""
    rates = ShippingRate.objects.filter(seller__in=by_seller).order_by("country")
    rated = set(rates.order_by().values_list("seller", flat=True).distinct())
    offers: dict[UUID, dict[str, int]] = {seller: {} for seller in by_seller}
    nearest = {
        (rate.seller_id, rate.method_id): rate
        for rate in rates.filter(
            country__in=[ELSEWHERE, terms.country or ELSEWHERE], currency=terms.currency
        )
    }
    for method in methods.values():
        for seller, lines in by_seller.items():
            if rate := nearest.get((seller, method.pk)):
                offers[seller][method.code] = _charge(rate, lines)
    _refuse_unreached([by_seller[s][0] for s in rated if not offers[s]], terms.country or "")
    return {seller: offers[seller] or WITHOUT_RATES for seller in by_seller}


def _charge(rate: ShippingRate, lines: Sequence[PricedLine]) -> int:
    goods = sum(line.goods for line in lines)
    grams = sum(line.variant.weight * line.quantity for line in lines)
    return rate.charge(goods=goods, grams=grams)


def _refuse_unreached(lines: Sequence[PricedLine], country: str) -> None:
    if lines:
        names = sorted(line.seller.name for line in lines)
        raise NotShippedThere(names, country=country)


def _parcel(
    seller_id: UUID, offers: Offers, wanted: str, methods: Mapping[str, ShippingMethod]
) -> Parcel:
    code = wanted if wanted in offers else next(iter(offers))
    name = methods[code].name if code else ""
    return Parcel(seller_id, code, name, offers[code])


def _shares(lines: Sequence[PricedLine], shipping: int) -> list[int]:
    """Of one parcel, line by line. Where all goods are free, every piece bears as much as another."""
    weights = [line.goods for line in lines]
    if not any(weights):
        weights = [line.quantity for line in lines]
    return split(shipping, weights)


def _choices(offers: Sequence[Offers], methods: Mapping[str, ShippingMethod]) -> list[Choice]:
    """Methods that some seller offers there, each with what all parcels together would cost by it."""
    offered = [method for method in methods.values() if any(method.code in o for o in offers)]
    return [
        Choice(
            method.code,
            method.name,
            method.days_from,
            method.days_to,
            sum(each.get(method.code, next(iter(each.values()))) for each in offers),
        )
        for method in offered
    ]
