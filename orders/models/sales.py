"""What was sold: orders, each seller's part, and lines frozen as sold.

The database itself keeps an order from being half paid: a captured payment must name the ledger
transaction that brought its amount into the order's escrow account, and in the same statement
projects itself onto ``Order.paid`` and ``status`` (see ``triggers/``), which a CHECK allows to be
nothing or all.
"""

from decimal import Decimal
from typing import Any, ClassVar, Self
from uuid import UUID

from babel.numbers import format_currency
from django.db import models
from django.db.models import F, Q

from accounts.models import Seller, User
from cart.pricing import TaxLine, tax_lines
from catalog.models import Category, Product, Variant
from core import countries
from core.models import Identified, Versioned
from core.money import Money, exponent
from orders import errors, links

NUMBER_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so a number survives being read out."""


def order_number(order_id: UUID) -> str:
    """``M-7K3F-92QX``: the last 40 bits of the id, which UUIDv7 fills at random."""
    bits = order_id.int & (2**40 - 1)
    digits = "".join(NUMBER_ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))
    return f"M-{digits[:4]}-{digits[4:]}"


class OrderQuerySet(models.QuerySet["Order"]):
    def locked(self) -> Self:
        """In pk order, so that concurrent changes queue instead of deadlocking."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def visible_to(self, user: Any) -> Self:
        """One's own; all of them, guests' too, for staff who may see orders."""
        if user.has_perm("orders.view_order"):
            return self.all()
        return self.filter(user_id=user.pk, user__isnull=False)

    def of_link(self, token: str) -> "Order":
        """The guest's order that a link is to. Whoever has an account signs in instead.

        :raises LinkInvalid: the token is not good, or of no guest's order.
        """
        order = self.filter(pk=links.order_of(token), user=None).first()
        if order is None:
            raise errors.LinkInvalid
        return order

    def with_parts(self) -> Self:
        """Everything that the API shows of an order, in a constant number of queries."""
        return self.prefetch_related(
            "lines", "seller_orders__seller", "payments", "redemptions__promotion", "refunds"
        )

    def with_pictures(self) -> Self:
        """The same, with what a page needs to show each line's product."""
        return self.with_parts().prefetch_related(
            "lines__product__media", "lines__product__variants"
        )


class Order(Versioned):
    """One purchase. All amounts are minor units of ``currency``.

    ``total = subtotal - discount + shipping + tax``, of which ``tax_included`` is tax that prices
    contain; the platform adds ``sponsored``, the part of ``discount`` that it bears. ``paid`` is 0
    or ``total``; ``refunded`` is the sum of its refunds. ``email`` is where news of it go; a guest's
    order has no ``user``. Its goods are kept for it until ``pay_by``. ``created_at`` is when the
    buyer ordered; ``reference`` names it in the system it came from.
    """

    class Status(models.TextChoices):
        AWAITING_PAYMENT = "awaiting_payment"
        PAID = "paid"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    class RefundStatus(models.TextChoices):
        NONE = "none", "Not refunded"
        PARTLY_REFUNDED = "partly_refunded"
        REFUNDED = "refunded"

    number = models.CharField(max_length=20, unique=True)
    reference = models.CharField(max_length=60, unique=True, null=True, blank=True)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="orders", null=True, blank=True
    )
    email = models.EmailField(blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.AWAITING_PAYMENT)
    pay_by = models.DateTimeField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    subtotal = models.BigIntegerField()
    discount = models.BigIntegerField(default=0)
    shipping = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(default=0)
    tax_included = models.BigIntegerField(default=0)
    sponsored = models.BigIntegerField(default=0)
    total = models.BigIntegerField()
    paid = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    shipping_address = models.JSONField()
    billing_address = models.JSONField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects: ClassVar[OrderQuerySet] = OrderQuerySet.as_manager()  # type: ignore[assignment]  # the manager has the queryset's methods

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(total=F("subtotal") - F("discount") + F("shipping") + F("tax")),
                name="orders_order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(subtotal__gte=0, discount__gte=0, shipping__gte=0, tax__gte=0)
                & Q(total__gte=0, tax_included__gte=0),
                name="orders_order_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(sponsored__gte=0, sponsored__lte=F("discount")),
                name="orders_order_sponsored_within_discount",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(reference__isnull=False) | ~Q(email=""),
                name="orders_order_guest_has_email",
            ),
            models.CheckConstraint(
                condition=Q(paid=0) | Q(paid=F("total")), name="orders_order_never_half_paid"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["awaiting_payment", "cancelled"], paid=0)
                | Q(status__in=["paid", "completed"], paid=F("total"))
                | Q(status="cancelled", refunded=F("paid")),
                name="orders_order_status_matches_paid",
            ),
            models.CheckConstraint(
                condition=Q(pay_by__isnull=True) | Q(status="awaiting_payment"),
                name="orders_order_pay_by_while_awaiting",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("paid")),
                name="orders_order_refunded_within_paid",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-created_at", "-id"], name="orders_order_user_created"),
            models.Index(fields=["-created_at", "-id"], name="orders_order_created"),
            models.Index(fields=["status", "-created_at"], name="orders_order_status"),
            models.Index(
                fields=["pay_by"],
                condition=Q(status="awaiting_payment"),
                name="orders_order_awaiting",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def money(self, amount: int) -> Money:
        """``amount`` minor units of this order's currency."""
        return Money(amount, self.currency)

    @property
    def buyer_id(self) -> UUID:
        """As whom its buyer acts: a guest, who has no id, under that of the order."""
        return self.user_id or self.pk

    @property
    def shipping_country(self) -> str:
        """The name of the country it goes to; "" where that is not known."""
        return countries.NAMES.get(self.shipping_address.get("country", ""), "")

    @property
    def subtotal_money(self) -> Money:
        return self.money(self.subtotal)

    @property
    def discount_money(self) -> Money:
        return self.money(self.discount)

    @property
    def shipping_money(self) -> Money:
        return self.money(self.shipping)

    @property
    def tax_money(self) -> Money:
        return self.money(self.tax)

    @property
    def total_money(self) -> Money:
        return self.money(self.total)

    @property
    def taxes(self) -> list[TaxLine]:
        """What ``tax`` and ``tax_included`` are made of (lines must be prefetched in lists)."""
        return tax_lines(self.lines.all(), self.currency)

    @property
    def refunded_money(self) -> Money:
        return self.money(self.refunded)

    @property
    def is_cancellable(self) -> bool:
        """Whether the buyer may call it off (see ``with_parts``)."""
        is_open = self.status in {self.Status.AWAITING_PAYMENT, self.Status.PAID}
        return is_open and all(part.is_unsent for part in self.seller_orders.all())

    @property
    def refund_status(self) -> RefundStatus:
        """Beside ``status``, which says how far it has come: how much of it was given back."""
        if not self.refunded:
            return self.RefundStatus.NONE
        partly = self.refunded < self.paid
        return self.RefundStatus.PARTLY_REFUNDED if partly else self.RefundStatus.REFUNDED


class SellerOrder(Versioned):
    """The part of an order that one seller fulfils, in one parcel.

    ``total`` is what the buyer pays for it, to which the platform adds ``sponsored``; of both,
    ``tax`` (on top of prices or in them) and the platform's ``commission`` are not the seller's.
    ``shipping_method`` is the name of the way it goes.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        SHIPPED = "shipped"
        DELIVERED = "delivered"
        CANCELLED = "cancelled"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="seller_orders")
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="orders")
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField()
    sponsored = models.BigIntegerField(default=0)
    shipping = models.BigIntegerField(default=0)
    shipping_method = models.CharField(max_length=80, blank=True)
    tax = models.BigIntegerField(default=0)
    commission = models.BigIntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "seller"], name="orders_seller_order_seller_once"
            ),
            models.CheckConstraint(
                condition=Q(commission__gte=0, tax__gte=0, sponsored__gte=0, shipping__gte=0)
                & Q(total__gte=F("commission") + F("tax") - F("sponsored")),
                name="orders_seller_order_leaves_something",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["seller", "-created_at"], name="orders_seller_order_seller"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} by {self.seller_id}"

    @property
    def proceeds(self) -> int:
        """What the seller gets, in minor units."""
        return self.total + self.sponsored - self.tax - self.commission

    @property
    def is_unsent(self) -> bool:
        return self.status in {self.Status.PENDING, self.Status.ACCEPTED}

    @property
    def shipping_money(self) -> Money:
        return Money(self.shipping, self.currency)

    @property
    def total_money(self) -> Money:
        return Money(self.total, self.currency)


class OrderLine(Identified):
    """One thing sold, frozen as sold: never changed, and complete before the order is paid.

    ``unit_price`` is in minor units and ``unit_fraction`` thousandths of one on top of it (a piece
    may cost less than a penny); ``subtotal`` is their multiple, rounded half to even. The other
    amounts are what ``cart.pricing.PricedLine`` says of them.
    """

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="lines", db_index=False
    )  # orders_line_position_once serves
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # where the product stood when it was sold
    position = models.PositiveIntegerField()
    sku = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    unit_price = models.BigIntegerField()
    unit_fraction = models.PositiveSmallIntegerField(default=0)
    quantity = models.PositiveBigIntegerField()
    subtotal = models.BigIntegerField()
    discount = models.BigIntegerField(default=0)
    sponsored = models.BigIntegerField(default=0)
    shipping = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(default=0)
    tax_included = models.BigIntegerField(default=0)
    tax_rate = models.PositiveIntegerField(default=0)
    tax_name = models.CharField(max_length=40, blank=True)
    commission = models.BigIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "position"], name="orders_line_position_once"),
            models.CheckConstraint(
                condition=Q(
                    subtotal__gte=F("unit_price") * F("quantity")
                    + (F("unit_fraction") * F("quantity") + 499) / 1000,
                    subtotal__lte=F("unit_price") * F("quantity")
                    + (F("unit_fraction") * F("quantity") + 500) / 1000,
                ),
                name="orders_line_subtotal_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(unit_fraction__lt=1000), name="orders_line_fraction_below_one"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, unit_price__gte=0), name="orders_line_sells_something"
            ),
            models.CheckConstraint(
                condition=Q(shipping__gte=0, tax__gte=0, tax_included__gte=0, commission__gte=0)
                & Q(discount__lte=F("subtotal") + F("shipping"))
                & Q(sponsored__gte=0, sponsored__lte=F("discount")),
                name="orders_line_amounts_fit",
            ),
            models.CheckConstraint(
                condition=Q(
                    commission__lte=F("subtotal")
                    + F("shipping")
                    + F("sponsored")
                    - F("discount")
                    - F("tax_included")
                ),
                name="orders_line_leaves_something",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["product"], name="orders_line_product")]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"

    @property
    def unit_decimal(self) -> Decimal:
        """The price of one in major units, with more decimals than the currency has if need be."""
        whole = Money(self.unit_price, self.currency).decimal
        if not self.unit_fraction:
            return whole
        return whole + Decimal(self.unit_fraction).scaleb(-3 - exponent(self.currency)).normalize()

    @property
    def unit_display(self) -> str:
        return format_currency(
            self.unit_decimal, self.currency, locale="en_GB", decimal_quantization=False
        )

    @property
    def total(self) -> int:
        """What the buyer pays for it, in minor units."""
        return self.subtotal + self.shipping - self.discount + self.tax

    @property
    def all_tax(self) -> int:
        return self.tax + self.tax_included

    @property
    def subtotal_money(self) -> Money:
        return Money(self.subtotal, self.currency)

    @property
    def image_url(self) -> str:
        """The product's picture of today (see ``with_pictures``)."""
        return self.product.image_url
