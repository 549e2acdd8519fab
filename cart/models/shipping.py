"""What sellers charge for sending things, by which method, and where to."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from accounts.models import Seller
from core import countries
from core.models import Versioned
from core.money import Money

MOST = 10_000_000
"""Minor units: the highest price of a rate, and of a kilogram."""

ELSEWHERE = ""


def refuse_unknown_country(code: str) -> None:
    """:raises ValidationError: ISO 3166 has no such code."""
    if code not in countries.NAMES:
        raise ValidationError(countries.WANTED, "unknown_country")


class ShippingMethod(Versioned):
    """A way of sending things that the shop knows, such as express. Days are working days.

    Of several that a seller offers, the one at the lowest ``position`` is taken unless the buyer chooses.
    """

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    days_from = models.PositiveSmallIntegerField()
    days_to = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position", "code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(days_from__lte=F("days_to")), name="cart_shipping_method_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ShippingRate(Versioned):
    """What ``seller`` charges for a parcel by ``method`` to ``country``, "" being everywhere else.

    ``price`` and ``per_kg`` (for each begun kilogram) are minor units of ``currency``. From goods of
    ``free_above`` on, after discounts, the parcel is free of charge; null: never.
    """

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="shipping_rates")
    method = models.ForeignKey(ShippingMethod, on_delete=models.PROTECT, related_name="rates")
    country = models.CharField(
        max_length=2,
        blank=True,
        validators=[refuse_unknown_country],
        help_text="Two capital letters; nothing: everywhere else.",
    )
    currency = models.CharField(max_length=3)
    price = models.BigIntegerField(help_text="Minor units: pence.")
    per_kg = models.BigIntegerField(default=0, help_text="Minor units, for each begun kilogram.")
    free_above = models.BigIntegerField(
        null=True, blank=True, help_text="Minor units of goods from which on it is free."
    )

    class Meta:
        ordering: ClassVar = ["method__position", "method__code", "country"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["seller", "method", "country"], name="cart_shipping_rate_once"
            ),
            models.CheckConstraint(
                condition=Q(price__range=(0, MOST)), name="cart_shipping_rate_price_in_range"
            ),
            models.CheckConstraint(
                condition=Q(per_kg__range=(0, MOST)), name="cart_shipping_rate_per_kg_in_range"
            ),
            models.CheckConstraint(
                condition=Q(free_above__gte=0), name="cart_shipping_rate_free_above_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex=r"^[A-Z][A-Z]$"),
                name="cart_shipping_rate_country_two_letters",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z][A-Z][A-Z]$"),
                name="cart_shipping_rate_currency_three_letters",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} to {self.destination}"

    @property
    def destination(self) -> str:
        return countries.NAMES.get(self.country, self.country) or "everywhere else"

    @property
    def price_money(self) -> Money:
        return Money(self.price, self.currency)

    @property
    def per_kg_money(self) -> Money:
        return Money(self.per_kg, self.currency)

    @property
    def free_above_money(self) -> Money | None:
        return None if self.free_above is None else Money(self.free_above, self.currency)

    def charge(self, *, goods: int, grams: int) -> int:
        """Minor units for a parcel with ``goods`` of so much, after discounts, that weighs ``grams``."""
        if self.free_above is not None and goods >= self.free_above:
            return 0
        begun = -(-grams // 1000)
        return self.price + self.per_kg * begun
