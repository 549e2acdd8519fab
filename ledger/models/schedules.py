"""Transfers that are to happen later, or again and again."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from core.ids import uuid7
from core.money import Money
from ledger.models.books import Transaction


class ScheduledTransferQuerySet(models.QuerySet["ScheduledTransfer"]):
    def locked(self) -> Self:
        """Locked in pk order."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class ScheduledTransfer(models.Model):
    """A standing order of ``owner_id``: from their wallet to that of ``to_user_id``.

    The n-th run (from 0) is due n intervals after ``starts_at`` (UTC) by the calendar of the shop's
    time zone. ``next_run`` is the number of the run that ``next_at`` is of; ``until`` is the last
    instant (inclusive) at which one may be due.
    """

    class Every(models.TextChoices):
        ONCE = "once"
        DAY = "day"
        WEEK = "week"
        MONTH = "month"

    class Status(models.TextChoices):
        ACTIVE = "active"
        DONE = "done"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_id = models.UUIDField()
    to_user_id = models.UUIDField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    memo = models.CharField(max_length=200, blank=True)
    every = models.CharField(max_length=5, choices=Every, default=Every.ONCE)
    starts_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    next_run = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField()

    objects = ScheduledTransferQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="ledger_scheduledtransfer_amount_positive"
            ),
            models.CheckConstraint(
                condition=~Q(owner_id=F("to_user_id")), name="ledger_scheduledtransfer_to_another"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at", "id"],
                condition=Q(status="active"),
                name="ledger_scheduledtransfer_due",
            ),
            models.Index(fields=["owner_id", "-created_at"], name="ledger_scheduled_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.money.display()} every {self.every} to {self.to_user_id}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class ScheduledRun(models.Model):
    """What came of one run of a standing order: a transaction, or the code of a refusal."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scheduled = models.ForeignKey(ScheduledTransfer, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    ran_at = models.DateTimeField()
    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, null=True, related_name="scheduled_run"
    )
    refusal = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scheduled", "number"], name="ledger_scheduledrun_number_once"
            ),
            models.CheckConstraint(
                condition=Q(transaction__isnull=False, refusal="")
                | (Q(transaction__isnull=True) & ~Q(refusal="")),
                name="ledger_scheduledrun_posted_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheduled_id} {self.number}"
