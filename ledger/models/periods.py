"""Months whose books are closed."""

import hashlib
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from core.ids import uuid7

INSTANT = timedelta(microseconds=1)
"""The smallest step of time that the books know."""


def month_start(day: date) -> datetime:
    """The first instant (UTC) of the calendar month of ``day``."""
    return datetime(day.year, day.month, 1, tzinfo=UTC)


def month_end(day: date) -> datetime:
    """The first instant (UTC) after the calendar month of ``day``."""
    return month_start(day) + timedelta(days=monthrange(day.year, day.month)[1])


class PeriodClose(models.Model):
    """A calendar month (UTC) that nothing can become effective in any more, and its reports.

    ``starts_at`` is in it, ``ends_at`` is the first instant after it. Months are closed in order,
    without gaps, and never opened again. ``reports`` are canonical JSON, ``sha256`` (hex) is theirs,
    and they name the ``sha256`` of the month before. Never changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    starts_at = models.DateTimeField(unique=True)
    ends_at = models.DateTimeField(unique=True)
    closed_at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    reason = models.TextField()
    reports = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = "closed month"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closed_at__gte=F("ends_at")), name="ledger_periodclose_has_ended"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="ledger_periodclose_reason"),
            models.CheckConstraint(
                condition=Exact(Length("sha256"), 64), name="ledger_periodclose_sha256_length"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Such as ``2026-10``."""
        return f"{self.starts_at:%Y-%m}"

    @property
    def last_instant(self) -> datetime:
        return self.ends_at - INSTANT

    @property
    def is_intact(self) -> bool:
        """Whether the reports are those that were stored."""
        return hashlib.sha256(bytes(self.reports)).hexdigest() == self.sha256
