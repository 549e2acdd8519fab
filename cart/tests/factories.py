"""Methods, rates, taxes and promotions for tests of prices."""

from datetime import UTC, datetime
from typing import Any

import factory

from accounts.models import Seller
from cart.models import Promotion, ShippingMethod, ShippingRate, TaxRate
from cart.pricing import Customer, PricedLine, Terms
from catalog.models import Variant
from catalog.tests.factories import on_sale
from core import clock

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
NUMBERS = {
    "percentage": {"rate": 1000},
    "fixed": {"amount": 500},
    "free_shipping": {},
    "buy_x_get_y": {"buys": 2, "gets": 1, "rate": 10_000},
}


class ShippingMethodFactory(factory.django.DjangoModelFactory[ShippingMethod]):
    class Meta:
        model = ShippingMethod
        django_get_or_create = ("code",)

    code = "standard"
    name = factory.LazyAttribute(lambda method: method.code.title())
    days_from = 2
    days_to = 4


class TaxRateFactory(factory.django.DjangoModelFactory[TaxRate]):
    class Meta:
        model = TaxRate

    country = "GB"
    rate = 2000
    name = "VAT"


def ships(seller: Seller, country: str = "", method: str = "standard", **prices: Any) -> None:
    """Let ``seller`` ship there by this method; ``price`` is 395 pence unless told otherwise."""
    ShippingRate.objects.create(
        seller=seller,
        method=ShippingMethodFactory(code=method, position=0 if method == "standard" else 1),
        country=country,
        currency="GBP",
        **{"price": 395, **prices},
    )


def line(price: int = 1000, quantity: int = 1, *, weight: int = 0, **product: Any) -> PricedLine:
    """A line of goods at this price, of a product of its own."""
    variant = on_sale(price=price, **product)
    Variant.objects.filter(pk=variant.pk).update(weight=weight)
    found = Variant.objects.select_related("product__seller").get(pk=variant.pk)
    return PricedLine(found, quantity, price)


def to(country: str | None = "GB", method: str = "") -> Terms:
    return Terms(Customer(), "GBP", clock.now(), country, method)


def promotion(kind: str = "percentage", **columns: Any) -> Promotion:
    """An unsaved one."""
    usual = {"name": "Ten off", "kind": kind, "currency": "GBP", "starts_at": BEGINNING}
    return Promotion(**{**usual, **NUMBERS[kind], **columns})


def offered(kind: str = "percentage", **columns: Any) -> Promotion:
    """One that shoppers may be given."""
    made = promotion(kind, **columns)
    made.save()
    return made
