"""What was sold: orders, each seller's part, lines frozen as sold, payments, refunds.

The database itself keeps an order from being half paid: a captured payment must name the ledger
transaction that brought its amount into the order's escrow account, and in the same statement
projects itself onto ``Order.paid`` and ``status`` (see ``triggers/``), which a CHECK allows to be
nothing or all.
"""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import Seller, User
from catalog.models import Product, Variant
from core.models import Identified, Versioned
from core.money import Money
from ledger.models import Transaction
from orders import countries

NUMBER_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so a number survives being read out."""


def order_number(order_id: UUID) -> str:
    """``M-7K3F-92QX``: the last 40 bits of the id, which UUIDv7 fills at random."""
    bits = order_id.int & (2**40 - 1)
    digits = "".join(NUMBER_ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))
    return f"M-{digits[:4]}-{digits[4:]}"


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: Any) -> Self:
        """One's own; all of them for staff who may see orders."""
        if user.has_perm("orders.view_order"):
            return self.all()
        return self.filter(user_id=user.pk)

    def with_parts(self) -> Self:
        """Everything that the API shows of an order, in a constant number of queries."""
        return self.prefetch_related("lines", "seller_orders__seller", "payments")

    def with_pictures(self) -> Self:
        """The same, with what a page needs to show each line's product."""
        return self.with_parts().prefetch_related(
            "lines__product__media", "lines__product__variants"
        )


class Order(Versioned):
    """One purchase. All amounts are minor units of ``currency``.

    ``total = subtotal - discount + shipping + tax``; ``paid`` is 0 or ``total``.
    ``created_at`` is when the buyer ordered; ``reference`` names it in the system it came from.
    """

    class Status(models.TextChoices):
        AWAITING_PAYMENT = "awaiting_payment"
        PAID = "paid"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    number = models.CharField(max_length=20, unique=True)
    reference = models.CharField(max_length=60, unique=True, null=True, blank=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="orders")
    status = models.CharField(max_length=20, choices=Status, default=Status.AWAITING_PAYMENT)
    currency = models.CharField(max_length=3)
    subtotal = models.BigIntegerField()
    discount = models.BigIntegerField(default=0)
    shipping = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(default=0)
    total = models.BigIntegerField()
    paid = models.BigIntegerField(default=0)
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
                & Q(total__gte=0),
                name="orders_order_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(paid=0) | Q(paid=F("total")), name="orders_order_never_half_paid"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["awaiting_payment", "cancelled"], paid=0)
                | Q(status__in=["paid", "completed"], paid=F("total")),
                name="orders_order_status_matches_paid",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-created_at", "-id"], name="orders_order_user_created"),
            models.Index(fields=["-created_at", "-id"], name="orders_order_created"),
            models.Index(fields=["status", "-created_at"], name="orders_order_status"),
        ]

    def __str__(self) -> str:
        return self.number

    def money(self, amount: int) -> Money:
        """``amount`` minor units of this order's currency."""
        return Money(amount, self.currency)

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


class SellerOrder(Versioned):
    """The part of an order that one seller fulfils. ``commission`` is the platform's share."""

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
    commission = models.BigIntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "seller"], name="orders_seller_order_seller_once"
            ),
            models.CheckConstraint(
                condition=Q(commission__gte=0, commission__lte=F("total")),
                name="orders_seller_order_commission_within_total",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["seller", "-created_at"], name="orders_seller_order_seller"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} by {self.seller_id}"

    @property
    def total_money(self) -> Money:
        return Money(self.total, self.currency)


class OrderLine(Identified):
    """One thing sold, frozen as sold: never changed, and complete before the order is paid."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    sku = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    unit_price = models.BigIntegerField()
    quantity = models.PositiveBigIntegerField()
    subtotal = models.BigIntegerField()
    discount = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(default=0)
    commission = models.BigIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "position"], name="orders_line_position_once"),
            models.CheckConstraint(
                condition=Q(subtotal=F("unit_price") * F("quantity")),
                name="orders_line_subtotal_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, unit_price__gte=0), name="orders_line_sells_something"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["product"], name="orders_line_product")]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"

    @property
    def unit_money(self) -> Money:
        return Money(self.unit_price, self.currency)

    @property
    def subtotal_money(self) -> Money:
        return Money(self.subtotal, self.currency)

    @property
    def image_url(self) -> str:
        """The product's picture of today (see ``with_pictures``)."""
        return self.product.image_url


class Payment(Identified):
    """Money for an order. Captured means: ``transaction`` brought ``amount`` into its escrow."""

    class Method(models.TextChoices):
        WALLET = "wallet"

    class Status(models.TextChoices):
        PENDING = "pending"
        CAPTURED = "captured"
        FAILED = "failed"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    method = models.CharField(max_length=12, choices=Method)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="orders_payment_amount_positive"
            ),
            models.CheckConstraint(
                condition=~Q(status="captured")
                | Q(transaction__isnull=False, captured_at__isnull=False),
                name="orders_payment_captured_has_transaction",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.status}"


class Refund(Identified):
    """Money given back from a payment, with the ledger transaction that moved it."""

    class Status(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        FAILED = "failed"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200)
    actor_id = models.UUIDField(null=True)
    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="orders_refund_amount_positive"),
            models.CheckConstraint(
                condition=~Q(status="done") | Q(transaction__isnull=False),
                name="orders_refund_done_has_transaction",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.status}"
