"""Money that is to come from or go to somebody's bank, once finance has seen it there."""

from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from core.ids import uuid7
from core.money import Money
from ledger.models.books import Transaction
from ledger.models.holds import Hold


class WalletRequestQuerySet(models.QuerySet["WalletRequest"]):
    def locked(self) -> Self:
        """Locked in pk order."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def pending(self) -> Self:
        return self.filter(status=WalletRequest.Status.PENDING)

    def visible_to(self, owner_id: UUID | None) -> Self:
        """A person's own, newest first; everybody's for None."""
        chosen = self if owner_id is None else self.filter(owner_id=owner_id)
        return chosen.order_by("-created_at", "-pk")


class WalletRequest(models.Model):
    """``amount`` minor units into (top-up) or out of (withdrawal) the wallet of ``owner_id``.

    It is decided once: confirmed or rejected by somebody of finance who is not its owner, or
    cancelled by its owner. The database ties the decision to ``transaction``, which moved exactly
    this amount. A withdrawal's ``hold`` keeps the money from being spent meanwhile; a top-up moves
    nothing before it is confirmed. ``reference`` is what the provider calls the payment, once each.
    """

    class Kind(models.TextChoices):
        TOP_UP = "top_up", "Top-up"
        WITHDRAWAL = "withdrawal", "Withdrawal"

    class Status(models.TextChoices):
        PENDING = "pending"
        CONFIRMED = "confirmed"
        REJECTED = "rejected"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    owner_id = models.UUIDField()
    provider = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    destination = models.CharField(max_length=64, blank=True)
    hold = models.OneToOneField(
        Hold, on_delete=models.PROTECT, null=True, related_name="wallet_request"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    reference = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, null=True, related_name="wallet_request"
    )
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = WalletRequestQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="ledger_walletrequest_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(kind="top_up", hold__isnull=True, destination="")
                | (Q(kind="withdrawal", hold__isnull=False) & ~Q(destination="")),
                name="ledger_walletrequest_withdrawal_holds",
            ),
            models.CheckConstraint(
                condition=Q(
                    status="pending",
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    transaction__isnull=True,
                    reference="",
                    reason="",
                )
                | Q(
                    status__in=["confirmed", "rejected", "cancelled"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="ledger_walletrequest_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status="pending")
                | Q(status="cancelled", decided_by=F("owner_id"))
                | (Q(status__in=["confirmed", "rejected"]) & ~Q(decided_by=F("owner_id"))),
                name="ledger_walletrequest_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status="confirmed", transaction__isnull=False) & ~Q(reference="")
                | Q(status="pending")
                | Q(status__in=["rejected", "cancelled"], kind="top_up", transaction__isnull=True)
                | Q(
                    status__in=["rejected", "cancelled"],
                    kind="withdrawal",
                    transaction__isnull=False,
                ),
                name="ledger_walletrequest_moved_what_it_must",
            ),
            models.CheckConstraint(
                condition=~Q(status="rejected", reason=""),
                name="ledger_walletrequest_rejected_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["provider", "kind", "reference"],
                condition=~Q(reference=""),
                name="ledger_walletrequest_reference_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner_id", "-created_at"], name="ledger_walletrequest_owner"),
            models.Index(
                fields=["created_at"],
                condition=Q(status="pending"),
                name="ledger_walletrequest_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.money.display()} ({self.payment_code})"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def payment_code(self) -> str:
        """What its owner writes on the payment, so that finance can find the request for it."""
        return f"MC-{self.pk.hex[-10:].upper()}"

    @property
    def masked_destination(self) -> str:
        """Enough to recognise one's own account by."""
        return f"•••• {self.destination[-4:]}" if self.destination else ""
