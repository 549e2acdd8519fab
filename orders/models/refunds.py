"""What was given back of an order, line by line.

Append-only, and written lines first, header last: the header's guard sees every line, compares them
with what was sold and refunded before, and demands the ledger transaction that took exactly this
money from where it lay (see ``triggers/refunds.*.sql``). A deferred foreign key lets no line
commit without its header.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.models import Identified
from core.money import Money
from ledger.models import Transaction
from orders.models.sales import Order, OrderLine


class Refund(Identified):
    """Money given back. ``amount`` is minor units, the sum of its lines, and adds to the order's.

    ``sponsored`` goes back to the platform with it, which had added it to what the buyer paid.

    ``kind`` says where it lay: in the order's escrow, or already with sellers and commission.
    ``transaction`` moved it, under the key ``refund:<id>``; what costs nothing moves nothing.
    ``reference`` names the refund where it came from.
    """

    class Kind(models.TextChoices):
        BEFORE_RELEASE = "before_release"
        AFTER_RELEASE = "after_release"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    kind = models.CharField(max_length=16, choices=Kind)
    reference = models.CharField(max_length=80, unique=True)
    amount = models.BigIntegerField()
    sponsored = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200)
    actor_id = models.UUIDField(null=True)
    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    refunded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["refunded_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["before_release", "after_release"]),
                name="orders_refund_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, sponsored__gte=0)
                & (
                    Q(amount=0, sponsored=0, transaction__isnull=True)
                    | Q(Q(amount__gt=0) | Q(sponsored__gt=0), transaction__isnull=False)
                ),
                name="orders_refund_money_has_transaction",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount_money(self) -> Money:
        return Money(self.amount, self.currency)


class RefundLine(Identified):
    """Pieces of one line that came back.

    The buyer gets ``amount`` and the platform ``sponsored``; ``commission`` of it was the platform's
    and ``tax`` the state's, the rest is the seller's to give.

    The first k of n pieces are worth k/n of what the line cost, rounded down: so all of them are
    worth all of it, however they come back.
    """

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="refund_lines")
    quantity = models.PositiveBigIntegerField()
    amount = models.BigIntegerField()
    sponsored = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(default=0)
    commission = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["refund", "order_line"], name="orders_refund_line_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, amount__gte=0, commission__gte=0)
                & Q(sponsored__gte=0, tax__gte=0)
                & Q(amount__gte=F("commission") + F("tax") - F("sponsored")),
                name="orders_refund_line_gives_something_back",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} back"

    @property
    def seller_share(self) -> int:
        """What of it the seller had, in minor units."""
        return self.amount + self.sponsored - self.tax - self.commission
