"""Sales added up: what reports read instead of orders.

Rows are written by ``analytics.services`` alone, straight from order lines whose own foreign keys
the database has checked; so theirs are not checked again (``db_constraint=False``), a million times
in a rebuild. A primary key is what a fact is of.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Seller
from catalog.models import Category, Product


def _dimension(to: type[models.Model]) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        to, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )


class Measures(models.Model):
    """What is counted, everywhere by the same names. Amounts are minor units of ``currency``.

    On the day of a sale: ``gross`` (goods, shipping, and tax on top), ``discount`` on it, of which
    the platform bore ``sponsored``; ``lines`` and ``units``. An order counts once for the shop, in
    the row of its first line (``orders``), and once for each of its sellers, in the row of their
    first (``seller_orders``); so does, as ``baskets``, one that ``PairFact`` looks into.
    On the day of release: ``commission`` and ``tax`` (of prices and on top), as the ledger has them.
    On the day of a refund: ``refunded`` to the buyer, and what came back to or from the others; of
    commission and tax only what had been released.
    """

    lines = models.BigIntegerField(default=0)
    units = models.BigIntegerField(default=0)
    orders = models.BigIntegerField(default=0)
    seller_orders = models.BigIntegerField(default=0)
    baskets = models.BigIntegerField(default=0)
    gross = models.BigIntegerField(default=0)
    discount = models.BigIntegerField(default=0)
    sponsored = models.BigIntegerField(default=0)
    shipping = models.BigIntegerField(default=0)
    commission = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    refunded_units = models.BigIntegerField(default=0)
    refunded_sponsored = models.BigIntegerField(default=0)
    refunded_commission = models.BigIntegerField(default=0)
    refunded_tax = models.BigIntegerField(default=0)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lines__gte=0, units__gte=F("lines"), orders__gte=0)
                & Q(seller_orders__gte=F("orders"), seller_orders__lte=F("lines"))
                & Q(baskets__gte=0, baskets__lte=F("orders")),
                name="analytics_%(class)s_counts_fit",
            ),
            models.CheckConstraint(
                condition=Q(sponsored__gte=0, discount__gte=F("sponsored"))
                & Q(gross__gte=F("discount"), shipping__gte=0, shipping__lte=F("gross")),
                name="analytics_%(class)s_amounts_fit",
            ),
            models.CheckConstraint(
                condition=Q(commission__gte=0, tax__gte=0, refunded__gte=0, refunded_units__gte=0)
                & Q(refunded_sponsored__gte=0, refunded_commission__gte=0, refunded_tax__gte=0),
                name="analytics_%(class)s_not_negative",
            ),
        ]


class SalesFact(Measures):
    """Per day, product, seller, category (where it stood when sold) and country it went to.

    ``product_orders`` are the orders that the product is in.
    """

    pk = models.CompositePrimaryKey("day", "product", "seller", "category", "country", "currency")
    day = models.DateField()
    product = _dimension(Product)
    seller = _dimension(Seller)
    category = _dimension(Category)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    product_orders = models.BigIntegerField(default=0)

    class Meta(Measures.Meta):
        indexes: ClassVar = [models.Index(fields=["seller", "day"], name="analytics_sales_seller")]

    def __str__(self) -> str:
        return f"{self.day} {self.product_id}"


class CustomerFact(Measures):
    """Per day, customer (see ``Source``) and seller."""

    pk = models.CompositePrimaryKey("day", "customer", "seller", "currency")
    day = models.DateField()
    customer = models.UUIDField()
    seller = _dimension(Seller)
    currency = models.CharField(max_length=3)

    class Meta(Measures.Meta):
        indexes: ClassVar = [
            models.Index(fields=["customer", "day", "currency"], name="analytics_customer_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.customer}"


class HourFact(Measures):
    """Per day, hour of the shop's clock (0-23) and seller.

    On the day when clocks go back one hour comes twice, and both add to it; when they go forward
    one is missing.
    """

    pk = models.CompositePrimaryKey("day", "hour", "seller", "currency")
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    seller = _dimension(Seller)
    currency = models.CharField(max_length=3)

    class Meta(Measures.Meta):
        constraints: ClassVar = [
            *Measures.Meta.constraints,
            models.CheckConstraint(
                condition=Q(hour__lte=23), name="analytics_hourfact_hour_of_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.hour}h"


class Newcomer(models.Model):
    """The day on which a customer first bought something. As it is kept, nobody has to look at all that
    was before to see who is new."""

    pk = models.CompositePrimaryKey("customer", "currency")
    customer = models.UUIDField()
    currency = models.CharField(max_length=3)
    day = models.DateField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["day", "customer", "currency"], name="analytics_newcomer_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.customer}"


class SellerNewcomer(models.Model):
    """As ``Newcomer``: the day on which a customer first bought something from a seller."""

    pk = models.CompositePrimaryKey("seller", "customer", "currency")
    seller = _dimension(Seller)
    customer = models.UUIDField()
    currency = models.CharField(max_length=3)
    day = models.DateField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["day", "seller", "customer"], name="analytics_seller_newcomer_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.seller_id} {self.customer}"


class PairFact(models.Model):
    """How many baskets of a month (its first day) held both products; ``first`` is the smaller id.

    Where both are the same, how many held it at all. A basket is an order of not too many lines.
    """

    pk = models.CompositePrimaryKey("month", "first", "second")
    month = models.DateField()
    first = _dimension(Product)
    second = _dimension(Product)
    baskets = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(first__lte=F("second")), name="analytics_pairfact_ordered"
            ),
            models.CheckConstraint(
                condition=Q(baskets__gte=1), name="analytics_pairfact_baskets_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.first_id} {self.second_id}"
