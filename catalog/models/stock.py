"""Why stocks changed."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from catalog import errors
from catalog.models.products import Variant
from core.models import Identified


class StockMovement(Identified):
    """Why a stock changed. Append-only; ``stock_after`` is what the change left.

    A variant's movements are a chain: ``seq`` counts them from 1, each one's ``stock_after`` is its
    predecessor's and its own ``change``, and the last one's is the variant's stock. The database
    holds that, and moves the variant along: nobody else may write ``Variant.stock``.
    """

    class Reason(models.TextChoices):
        OPENING = "opening"
        SALE = "sale"
        RETURN = "return"
        ADJUSTMENT = "adjustment"

    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="movements")
    seq = models.PositiveBigIntegerField()
    change = models.BigIntegerField()
    stock_after = models.BigIntegerField()
    reason = models.CharField(max_length=12, choices=Reason)
    reference = models.UUIDField(null=True)
    note = models.CharField(max_length=200, blank=True)
    actor_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["variant", "seq"], name="catalog_movement_seq_once"),
            models.CheckConstraint(condition=~Q(change=0), name="catalog_movement_change_not_zero"),
            models.CheckConstraint(
                condition=Q(stock_after__gte=0), name="catalog_movement_stock_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["opening", "sale", "return", "adjustment"]),
                name="catalog_movement_reason_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["variant", "-at"], name="catalog_movement_variant"),
            models.Index(fields=["reference"], name="catalog_movement_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.change:+} {self.reason}"

    @classmethod
    def of(
        cls,
        variant: Variant,
        change: int,
        *,
        reason: str,
        at: datetime,
        **said: Any,
    ) -> Self:
        """The next movement of a locked ``variant``, whose ``stock`` it moves in memory; unsaved.

        ``said``: ``reference``, ``actor_id``, ``note``.

        Insert one per variant in a statement: the database looks at the row as it was before.

        :raises OutOfStock: fewer are left than are to go.
        """
        if variant.stock + change < 0:
            raise errors.OutOfStock(variant.sku, asked=-change, available=variant.stock)
        variant.stock += change
        variant.stock_seq += 1
        return cls(
            variant=variant,
            seq=variant.stock_seq,
            change=change,
            stock_after=variant.stock,
            reason=reason,
            at=at,
            **said,
        )
