"""What is recommended to whom, computed in builds; and what came of showing it."""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models import Product
from core.models import Identified

EVERYBODY = UUID(int=0)
"""The owner of what is popular in the whole shop."""


class Line(models.TextChoices):
    """Two versions may be live at once, to be compared."""

    CONTROL = "control"
    CANDIDATE = "candidate"


class Purpose(models.TextChoices):
    """What a suggestion is for, and whose: a user's, a user's, a product's, a category's."""

    FOR_YOU = "for_you", "Picked for you"
    AGAIN = "again", "Buy again"
    ALSO = "also", "Also bought"
    POPULAR = "popular", "Popular lately"


class Build(Identified):
    """One computation for everybody. Nobody reads its suggestions before it is ``Live``.

    ``generated_at`` (UTC) is when it was begun: it knows nothing that happened later.
    """

    line = models.CharField(max_length=10, choices=Line)
    algorithm_version = models.CharField(max_length=40)
    generated_at = models.DateTimeField()
    customers = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["line", "-generated_at"], name="analytics_build_newest")
        ]

    def __str__(self) -> str:
        return f"{self.algorithm_version} of {self.generated_at:%Y-%m-%d %H:%M}"


class Live(models.Model):
    """The build that readers of a line see: changed in one statement, from whole to whole."""

    line = models.CharField(primary_key=True, max_length=10, choices=Line)
    build = models.OneToOneField(Build, on_delete=models.PROTECT, related_name="live")

    class Meta:
        verbose_name_plural = "live"

    def __str__(self) -> str:
        return f"{self.line}: {self.build_id}"


class Suggestion(models.Model):
    """``product`` at place ``rank`` (from 1); why, is in what it names.

    ``for_you``: ``shoppers`` bought it together with ``because``, which the user has bought; without
    ``because`` they bought it lately. ``also``: they bought it with the owner. ``popular``: they
    bought it lately. ``again``: the user bought it on ``times`` days, last on ``last_on``.
    """

    pk = models.CompositePrimaryKey("build", "purpose", "owner", "rank")
    build = models.ForeignKey(Build, on_delete=models.CASCADE, db_index=False, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose)
    owner = models.UUIDField()
    rank = models.PositiveSmallIntegerField()
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    score = models.FloatField()
    because = models.ForeignKey(
        Product,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="+",
        null=True,
    )
    shoppers = models.PositiveIntegerField(default=0)
    times = models.PositiveIntegerField(default=0)
    last_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["build", "purpose", "owner", "product"], name="analytics_suggestion_once"
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=1), name="analytics_suggestion_score_share"
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1, rank__lte=50), name="analytics_suggestion_rank_bounded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.owner} {self.rank}"


class Exposure(models.Model):
    """How often a version's suggestions were shown and followed on a day of the shop's clock."""

    pk = models.CompositePrimaryKey("day", "algorithm_version", "purpose")
    day = models.DateField()
    algorithm_version = models.CharField(max_length=40)
    purpose = models.CharField(max_length=10, choices=Purpose)
    impressions = models.PositiveBigIntegerField(default=0)
    clicks = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day} {self.algorithm_version} {self.purpose}"


class Click(Identified):
    """A signed-in shopper followed a version's suggestion of a product: once a day, ``at`` first."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    algorithm_version = models.CharField(max_length=40)
    purpose = models.CharField(max_length=10, choices=Purpose)
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "product", "algorithm_version", "purpose", "day"],
                name="analytics_click_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "at"], name="analytics_click_user"),
            models.Index(fields=["at"], name="analytics_click_at"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.product_id}"


class BuildFile(models.Model):
    """Piece ``number`` (from 0) of what workers need to compute a build's suggestions, until they have:
    together the pieces are a file of arrays, see ``storing``.
    """

    pk = models.CompositePrimaryKey("build", "number")
    build = models.ForeignKey(Build, on_delete=models.CASCADE, db_index=False, related_name="+")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.build_id} {self.number}"
