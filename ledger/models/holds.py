"""Money that is set aside: still its holder's, not to be spent until the hold is resolved."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from core.ids import uuid7
from core.money import Money
from ledger.models.books import Account, Transaction


class HoldQuerySet(models.QuerySet["Hold"]):
    def open(self) -> Self:
        return self.filter(resolution__isnull=True)


class Hold(models.Model):
    """``amount`` minor units moved from ``wallet`` to ``held`` by the transaction ``placed_by``.

    Never changed. While it is open its amount is part of the balance of ``held``: the database
    keeps that balance equal to the sum of the open holds on it. ``expires_at`` (UTC): from that
    instant on it cannot be captured; None is never.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    wallet = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    held = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    amount = models.BigIntegerField()
    purpose = models.CharField(max_length=40)
    reference = models.CharField(max_length=200, blank=True)
    expires_at = models.DateTimeField(null=True)
    placed_by = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, related_name="holds_placed"
    )
    created_at = models.DateTimeField()

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_hold_amount_positive"),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")),
                name="ledger_hold_expires_later",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at", "id"], name="ledger_hold_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.reference or self.pk}"

    @property
    def money(self) -> Money:
        """Select ``wallet`` along."""
        return Money(self.amount, self.wallet.currency)

    @property
    def is_open(self) -> bool:
        """Select ``resolution`` along in lists."""
        return not hasattr(self, "resolution")


class HoldResolution(models.Model):
    """How a hold ended, once: ``captured`` minor units of it went on, the rest came back.

    Never changed. ``resolved_at`` is when its ``transaction`` was recorded.
    """

    class Kind(models.TextChoices):
        CAPTURED = "captured"
        VOIDED = "voided"
        EXPIRED = "expired"

    hold = models.OneToOneField(
        Hold, primary_key=True, on_delete=models.PROTECT, related_name="resolution"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    captured = models.BigIntegerField()
    transaction = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, related_name="holds_resolved"
    )
    resolved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="captured", captured__gt=0)
                | Q(kind__in=["voided", "expired"], captured=0),
                name="ledger_holdresolution_captured_some_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.hold_id}"
