"""What sending costs: a parcel for each seller, and every line's share of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
class Tariff:
    """What sellers ask there: their ``rates`` by seller and method's code.

    Pure: lines are shipped as often as discounts are tried. Without a country nothing is charged.
    """

    terms: Terms
    methods: Mapping[str, ShippingMethod] = field(default_factory=dict)
    rates: Mapping[tuple[UUID, str], ShippingRate] = field(default_factory=dict)

    def ship(self, lines: Sequence[PricedLine]) -> Sequence[PricedLine]:
        """Charge every line its share of its seller's parcel, by the goods' value after discounts."""
        by_seller = _by_seller(lines)
        shares = {
            parcel.seller_id: iter(_shares(by_seller[parcel.seller_id], parcel.shipping))
            for parcel in self.parcels(lines)
        }
        return [
            replace(each, shipping=next(shares[each.seller.pk])) if shares else each
            for each in lines
        ]

    def parcels(self, lines: Sequence[PricedLine]) -> list[Parcel]:
        """One for each seller. Who does not offer the chosen method uses the first they offer."""
        offers = self._offers(lines)
        return [
            _parcel(seller, offers[seller], self.terms.method, self.methods) for seller in offers
        ]

    def choices(self, lines: Sequence[PricedLine]) -> list[Choice]:
        """Methods that may be chosen."""
        return _choices(list(self._offers(lines).values()), self.methods)

    def _offers(self, lines: Sequence[PricedLine]) -> dict[UUID, Offers]:
        if self.terms.country is None:
            return {}
        return {
            seller: {
                code: _charge(self.rates[seller, code], own)
                for code in self.methods
                if (seller, code) in self.rates
            }
            or WITHOUT_RATES
            for seller, own in _by_seller(lines).items()
        }


def tariff(lines: Sequence[PricedLine], terms: Terms) -> Tariff:
    """What there is to know of shipping ``lines``. At most three queries, for any number of lines.

    A seller without any rate ships free of charge. Theirs for the country goes before theirs for
    everywhere else.

    :raises ShippingMethodUnknown: the shop has no method of this code.
    :raises NotShippedThere: of sellers who have rates, but none for the country.
    """
    if terms.country is None and not terms.method:
        return Tariff(terms)
    methods = {method.code: method for method in ShippingMethod.objects.all()}
    if terms.method and terms.method not in methods:
        raise ShippingMethodUnknown(field="shipping_method")
    if terms.country is None:
        return Tariff(terms)
    sellers = {line.seller.pk: line.seller.name for line in lines}
    there = ShippingRate.objects.filter(seller__in=sellers)
    rated = set(there.order_by().values_list("seller", flat=True).distinct())
    reaching = there.filter(country__in=[ELSEWHERE, terms.country], currency=terms.currency)
    rates = {
        (rate.seller_id, rate.method.code): rate
        for rate in reaching.select_related("method").order_by("country")
    }
    unreached = rated - {seller for seller, _ in rates}
    if unreached:
        raise NotShippedThere(sorted(sellers[each] for each in unreached), country=terms.country)
    return Tariff(terms, methods, rates)


def _by_seller(lines: Sequence[PricedLine]) -> dict[UUID, list[PricedLine]]:
    sellers: dict[UUID, list[PricedLine]] = defaultdict(list)
    for line in lines:
        sellers[line.seller.pk].append(line)
    return sellers


def _charge(rate: ShippingRate, lines: Sequence[PricedLine]) -> int:
    goods = sum(line.goods for line in lines)
    grams = sum(line.variant.weight * line.quantity for line in lines)
    return rate.charge(goods=goods, grams=grams)


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
