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
                condition=Q(amount__gt=0, transaction__isnull=False)
                | Q(amount=0, transaction__isnull=True),
                name="orders_refund_money_has_transaction",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount_money(self) -> Money:
        return Money(self.amount, self.currency)


class RefundLine(Identified):
    """Pieces of one line that came back. ``commission`` is the part of ``amount`` that was Mercat's.

    The first k of n pieces are worth k/n of what the line cost, rounded down: so all of them are
    worth all of it, however they come back.
    """

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="refund_lines")
    quantity = models.PositiveBigIntegerField()
    amount = models.BigIntegerField()
    commission = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["refund", "order_line"], name="orders_refund_line_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, commission__gte=0, amount__gte=F("commission")),
                name="orders_refund_line_gives_something_back",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} back"
