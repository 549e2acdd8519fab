"""What is bought in the benchmark: everything at one price, so that any two purchases differ in nothing but in ids."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from bench.checkout_parts.terms import ADDRESS, HOT
from cart.pricing import Customer
from catalog.models import Variant
from orders.models import Payment
from orders.services import Purchase, Wanted


@dataclass(frozen=True, slots=True)
class Basket:
    """Who buys what: one piece of each variant, each of another seller."""

    buyer: User
    variants: Sequence[Variant]

    @property
    def purchase(self) -> Purchase:
        customer = Customer(self.buyer, self.buyer.email)
        return Purchase(customer, Payment.Method.WALLET, (ADDRESS, ADDRESS))

    @property
    def wanted(self) -> list[Wanted]:
        return [Wanted(variant.pk, 1, variant.price) for variant in self.variants]


class Baskets:
    """Purchases by chance: the hot item alone, or two others."""

    def __init__(self, *, hot: bool) -> None:
        self._buyers = list(User.objects.filter(email__startswith="buyer"))
        self._by_seller: dict[object, list[Variant]] = {}
        for variant in _variants(hot):
            self._by_seller.setdefault(variant.product.seller_id, []).append(variant)
        self._sellers = list(self._by_seller)
        self._lines = 1 if hot else 2

    def draw(self) -> Basket:
        sellers = random.sample(self._sellers, self._lines)
        chosen = [random.choice(self._by_seller[seller]) for seller in sellers]
        return Basket(random.choice(self._buyers), chosen)


def _variants(hot: bool) -> list[Variant]:
    rows = Variant.objects.select_related("product__seller").order_by("sku")
    return list(rows.filter(sku__startswith=HOT) if hot else rows.exclude(sku__startswith=HOT))
