"""Reversals that one person asks for and another decides about."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from core.ids import uuid7
from ledger.models.books import Transaction


class ReversalRequestQuerySet(models.QuerySet["ReversalRequest"]):
    def locked(self) -> Self:
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class ReversalRequest(models.Model):
    """``requested_by`` wants ``transaction`` reversed; somebody else decides, once.

    Approved, ``reversal`` is the transaction that did it. A transaction has one open request at a
    time; after a rejection it may be asked for again.
    """

    class Decision(models.TextChoices):
        APPROVED = "approved"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    transaction = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, related_name="reversal_requests"
    )
    requested_by = models.UUIDField()
    reason = models.TextField()
    requested_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True)
    reversal = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, null=True, related_name="reversal_request"
    )

    objects = ReversalRequestQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["transaction"],
                condition=Q(decision=""),
                name="ledger_reversalrequest_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="ledger_reversalrequest_two_people",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None, reversal=None)
                | Q(
                    decision="rejected",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    reversal=None,
                )
                | Q(
                    decision="approved",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    reversal__isnull=False,
                ),
                name="ledger_reversalrequest_decided_whole",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="ledger_reversalrequest_reason"),
        ]

    def __str__(self) -> str:
        return f"reversal of {self.transaction_id}"

    @property
    def is_open(self) -> bool:
        return not self.decision
