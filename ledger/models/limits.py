"""How much a person may send away."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.ids import uuid7


class SpendingLimit(models.Model):
    """What the owner of a wallet may send to others or withdraw in ``currency``; null is no limit.

    The row of a person counts in place of the one without ``owner_id``, which is everybody's.
    Amounts are minor units; a day is a UTC day; ``min_interval`` is in seconds.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_id = models.UUIDField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    per_transaction = models.BigIntegerField(null=True, blank=True)
    daily_total = models.BigIntegerField(null=True, blank=True)
    daily_count = models.PositiveIntegerField(null=True, blank=True)
    min_interval = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner_id", "currency"], name="ledger_spendinglimit_owner_once"
            ),
            models.UniqueConstraint(
                fields=["currency"],
                condition=Q(owner_id__isnull=True),
                name="ledger_spendinglimit_default_once",
            ),
            models.CheckConstraint(
                condition=(Q(per_transaction__isnull=True) | Q(per_transaction__gte=0))
                & (Q(daily_total__isnull=True) | Q(daily_total__gte=0)),
                name="ledger_spendinglimit_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id or 'everybody'} {self.currency}"
