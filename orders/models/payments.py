"""How orders are paid."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import Identified
from ledger.models import Transaction
from orders.models.sales import Order


class Payment(Identified):
    """Money for an order. Captured means: ``transaction`` brought ``amount`` into its escrow.

    ``DIRECT`` came from outside without passing a wallet, as a guest's does.
    """

    class Method(models.TextChoices):
        WALLET = "wallet"
        DIRECT = "direct"

    AT_CHECKOUT: ClassVar = [(Method.WALLET.value, Method.WALLET.label)]
    """What shoppers choose from."""

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
