"""Reports that are kept, and who is sent them."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Seller
from core.models import Identified, Job
from ledger.queries import Interval


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: Any) -> Self:
        """One's own shop's; all of them, the marketplace's too, for whoever may see reports."""
        if user.has_perm("analytics.view_report"):
            return self.all()
        return self.filter(seller__isnull=False, seller__user_id=user.pk)


class Report(Identified):
    """Figures of some days as they were when it was built: of one seller, or of the whole marketplace.

    Never changes. Building it again makes the next ``version``. ``content`` is what
    ``analytics.documents.body`` says; ``built_at`` is as of when they are: when the facts were
    read, or exported to where they were read. When that was done is in its job.
    """

    class Kind(models.TextChoices):
        DAILY = "daily"
        WEEKLY = "weekly"
        MONTHLY = "monthly"
        ASKED = "asked", "asked for"

    kind = models.CharField(max_length=10, choices=Kind)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, null=True, related_name="reports")
    first = models.DateField()
    last = models.DateField()
    interval = models.CharField(
        max_length=10, choices=[(each.value, each.value) for each in Interval]
    )
    currency = models.CharField(max_length=3)
    version = models.PositiveIntegerField()
    content = models.JSONField()
    built_at = models.DateTimeField()
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="report")

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "first", "last", "interval", "version"],
                condition=Q(seller=None),
                name="analytics_report_shop_version_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "seller", "first", "last", "interval", "version"],
                condition=Q(seller__isnull=False),
                name="analytics_report_seller_version_once",
            ),
            models.CheckConstraint(
                condition=Q(first__lte=F("last")), name="analytics_report_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="analytics_report_version_from_one"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-built_at"], name="analytics_report_built")]

    def __str__(self) -> str:
        return f"{self.kind} {self.first} to {self.last}, version {self.version}"


class ReportFile(models.Model):
    """One of a report's downloads. Written before its report, and never after it."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=60)
    content_type = models.CharField(max_length=80)
    content = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "name"], name="analytics_reportfile_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(Identified):
    """Who is mailed each new report of a kind: a seller's, or the marketplace's."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="report_subscriptions"
    )
    kind = models.CharField(max_length=10, choices=Report.Kind)
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=Q(seller=None),
                name="analytics_subscription_shop_once",
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "seller"],
                condition=Q(seller__isnull=False),
                name="analytics_subscription_seller_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["daily", "weekly", "monthly"]),
                name="analytics_subscription_kind_comes_by_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.user_id}"
