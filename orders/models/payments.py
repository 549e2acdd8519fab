"""How orders are paid, and what is given back of money from outside."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from core.models import Identified
from core.money import Money
from ledger.models import Transaction
from orders.models.refunds import Refund
from orders.models.sales import Order


class PaymentQuerySet(models.QuerySet["Payment"]):
    def locked(self) -> Self:
        """In pk order. Lock their orders first."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def unsettled(self) -> Self:
        """Those that wait for a provider. An invoice waits for its buyer."""
        return self.filter(status__in=Payment.OPEN).exclude(method=Payment.Method.INVOICE)


class Payment(Identified):
    """Money for an order, by one try of one method.

    Captured means: ``transaction`` brought ``amount`` into the order's escrow. Unclaimed: it came
    when the order did not want it any more, so ``transaction`` brought it to where it is given back
    from; refunded: it was. Of an order's payments the newest is the one that is wanted.

    ``DIRECT`` came from outside without passing a wallet, as a guest's of the past does.
    ``reference`` is the provider's id of the charge; a card is never stored, nor what stands for it.
    ``checked_at`` is when somebody last saw to it.
    """

    class Method(models.TextChoices):
        WALLET = "wallet", "Wallet"
        DIRECT = "direct", "Direct"
        INVOICE = "invoice", "Invoice, by bank transfer"
        STRIPE = "stripe", "Card"
        TEST = "test", "Test card"

    class Status(models.TextChoices):
        PENDING = "pending"
        AUTHORISED = "authorised"
        CAPTURED = "captured"
        FAILED = "failed"
        VOIDED = "voided"
        UNCLAIMED = "unclaimed", "Came too late"
        REFUNDED = "refunded", "Given back"

    AT_CHECKOUT: ClassVar = [choice for choice in Method.choices if choice[0] != "direct"]
    """What shoppers choose from, as far as ``settings.PAYMENT_METHODS`` offers it."""
    OPEN: ClassVar = (Status.PENDING, Status.AUTHORISED)
    RECEIVED: ClassVar = (Status.CAPTURED, Status.UNCLAIMED, Status.REFUNDED)

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    method = models.CharField(max_length=12, choices=Method)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    captured_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[PaymentQuerySet] = PaymentQuerySet.as_manager()  # type: ignore[assignment]  # the manager has the queryset's methods

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="orders_payment_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["captured", "unclaimed", "refunded"],
                    transaction__isnull=False,
                    captured_at__isnull=False,
                )
                | Q(
                    status__in=["pending", "authorised", "failed", "voided"],
                    transaction__isnull=True,
                    captured_at__isnull=True,
                ),
                name="orders_payment_received_has_transaction",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["checked_at"],
                condition=Q(status__in=["pending", "authorised"]),
                name="orders_payment_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.status}"

    @property
    def amount_money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_received(self) -> bool:
        """Whether its money has come: then it is the books' and no provider changes it."""
        return self.status in self.RECEIVED


class RepaymentQuerySet(models.QuerySet["Repayment"]):
    def locked(self) -> Self:
        """In pk order. Lock their orders first."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Repayment(Identified):
    """Money on its way back to where a payment came from: of a refund, or of one that came too late.

    It is owed from the moment this row is there, and lies in ``accounts_chart.refunds_due`` until
    ``transaction`` takes it out, under the key ``repayment:<id>``. Failed means: the provider will
    not, so staff has to find another way. ``reference`` is the provider's, or the bank's.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        FAILED = "failed"
        DONE = "done"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="repayments")
    refund = models.OneToOneField(
        Refund, on_delete=models.PROTECT, related_name="repayment", null=True, blank=True
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    actor_id = models.UUIDField(null=True)
    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    repaid_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[RepaymentQuerySet] = RepaymentQuerySet.as_manager()  # type: ignore[assignment]  # the manager has the queryset's methods

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="orders_repayment_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(status="done", transaction__isnull=False, repaid_at__isnull=False)
                | Q(
                    status__in=["pending", "failed"],
                    transaction__isnull=True,
                    repaid_at__isnull=True,
                ),
                name="orders_repayment_done_has_transaction",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["checked_at"], condition=Q(status="pending"), name="orders_repayment_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_money.display()} back ({self.status})"

    @property
    def amount_money(self) -> Money:
        return Money(self.amount, self.currency)


class IncomingTransfer(Identified):
    """Money that came to the bank, as its statement says, and the payment that staff found it to be.

    ``reference`` is the bank's own of the transfer, so that none is entered twice; ``text`` is what
    the payer wrote.
    """

    reference = models.CharField(max_length=80, unique=True)
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, related_name="transfer", null=True, blank=True
    )
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    text = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()
    entered_by = models.UUIDField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) & ~Q(reference=""),
                name="orders_incomingtransfer_is_of_money",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_money.display()} ({self.reference})"

    @property
    def amount_money(self) -> Money:
        return Money(self.amount, self.currency)


class WebhookReceipt(Identified):
    """A provider's notice, kept once however often it comes. Settled: what it asked for is done."""

    provider = models.CharField(max_length=12)
    event_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=80)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="receipts", null=True, blank=True
    )
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "event_id"], name="orders_webhookreceipt_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["received_at"],
                condition=Q(settled_at__isnull=True),
                name="orders_webhookreceipt_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
