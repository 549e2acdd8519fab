"""What the facts have counted, and on which day."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from orders.models import Order

UNKNOWN_CUSTOMER = UUID("d41d8cd9-8f00-b204-e980-0998ecf8427e")
"""The MD5 of nothing: all guests of whom no e-mail is known. They are many, and nobody can tell how many."""


class Source(models.Model):
    """A sale, a release of an order's money to its sellers, or a refund: counted once, because it is unique.

    ``subject_id`` is the order's id, of a refund the refund's. ``day``, ``hour`` (0-23) and
    ``month`` (its first day) are those of the ledger's ``effective_at`` in the shop's time zone.
    ``customer`` is the user's id, of a guest the MD5 of the e-mail, in small letters.
    """

    class Kind(models.TextChoices):
        SALE = "sale"
        RELEASE = "release"
        REFUND = "refund"

    kind = models.CharField(max_length=10, choices=Kind)
    subject_id = models.UUIDField()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    month = models.DateField()
    customer = models.UUIDField()
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "subject_id"], name="analytics_source_once"),
            models.CheckConstraint(condition=Q(hour__lte=23), name="analytics_source_hour_of_day"),
        ]
        indexes: ClassVar = [models.Index(fields=["day"], name="analytics_source_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
