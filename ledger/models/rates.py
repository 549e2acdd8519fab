"""What a currency is worth, as finance states it, and what was promised to somebody for it."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.ids import uuid7
from core.money import Money

PLACES = 10
UNITS = 10**PLACES
"""A rate is a whole number of these parts: exact on every engine, which a decimal column is not."""


class ExchangeRate(models.Model):
    """One ``base`` is ``units`` / 10**10 of ``currency``, from ``valid_from`` to before ``valid_until``.

    Both in major units; instants are UTC; without an end it is valid until the next one begins.
    Never changed: the newest that has begun is the rate, and when that has ended there is none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    base = models.CharField(max_length=3)
    currency = models.CharField(max_length=3)
    units = models.BigIntegerField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    stated_by = models.UUIDField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(units__gt=0), name="ledger_exchangerate_above_zero"),
            models.CheckConstraint(
                condition=~Q(base=F("currency")), name="ledger_exchangerate_of_two_currencies"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="ledger_exchangerate_ends_later",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["base", "currency", "-valid_from", "-id"], name="ledger_exchangerate_newest"
            ),
        ]

    def __str__(self) -> str:
        return f"1 {self.base} = {self.rate.normalize():f} {self.currency}"

    @property
    def rate(self) -> Decimal:
        return Decimal(self.units).scaleb(-PLACES)


class ExchangeQuote(models.Model):
    """``sold`` becomes ``bought`` if ``owner_id`` says so before ``expires_at`` (UTC). Never changed.

    A rate of null is the base's own, which is 1. That it was taken is the transaction whose key
    names it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_id = models.UUIDField()
    sold_amount = models.BigIntegerField()
    sold_currency = models.CharField(max_length=3)
    sold_rate = models.ForeignKey(
        ExchangeRate, on_delete=models.PROTECT, null=True, related_name="+"
    )
    bought_amount = models.BigIntegerField()
    bought_currency = models.CharField(max_length=3)
    bought_rate = models.ForeignKey(
        ExchangeRate, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(sold_amount__gt=0, bought_amount__gt=0),
                name="ledger_exchangequote_amounts_positive",
            ),
            models.CheckConstraint(
                condition=~Q(sold_currency=F("bought_currency")),
                name="ledger_exchangequote_of_two_currencies",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="ledger_exchangequote_expires_later",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner_id", "-created_at"], name="ledger_exchangequote_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.sold.display()} for {self.bought.display()}"

    @property
    def sold(self) -> Money:
        return Money(self.sold_amount, self.sold_currency)

    @property
    def bought(self) -> Money:
        return Money(self.bought_amount, self.bought_currency)

    @property
    def rate(self) -> Decimal:
        """How much of what is bought one of what is sold is worth, to ten decimals, for people.

        The amounts come from the exact quotient. Select the rates along.
        """
        sold = self.sold_rate.units if self.sold_rate else UNITS
        bought = self.bought_rate.units if self.bought_rate else UNITS
        return (Decimal(bought) / sold).quantize(Decimal(1) / UNITS)
