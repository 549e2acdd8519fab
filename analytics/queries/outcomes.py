"""What came of recommendations, version by version."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    QuerySet,
    Sum,
)
from django.utils import timezone

from analytics.models import Click, Exposure, Purpose
from analytics.queries.days import Days
from analytics.queries.kept import BOUGHT
from core.money import share
from orders.models import OrderLine

CREDITED_FOR = timedelta(days=7)
"""How long after a click a purchase counts as its effect."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How often a version's suggestions for a purpose were shown and followed.

    ``followers`` are the clicks of shoppers who were signed in, each of a product once a day; ``bought``
    those of them after which the shopper bought that product within a week. A purchase is credited to
    the last click before it, of whichever version and purpose, and to no other.
    """

    algorithm_version: str
    purpose: Purpose
    impressions: int
    clicks: int
    followers: int
    bought: int

    @property
    def click_through(self) -> Decimal:
        """Clicks by impressions, to four decimals; 0 where nothing was shown."""
        return share(self.clicks, self.impressions)

    @property
    def conversion(self) -> Decimal:
        """Purchases by clicks of who was signed in, to four decimals; 0 without any."""
        return share(self.bought, self.followers)


def outcomes(days: Days) -> list[Outcome]:
    """Of each version and purpose that was shown or followed on ``days``, by name. Two queries."""
    by = ("algorithm_version", "purpose")
    shown = Exposure.objects.filter(day__range=(days.first, days.last)).values(*by)
    counted = shown.annotate(seen=Sum("impressions"), followed=Sum("clicks")).order_by(*by)
    begin, end = _midnight(days.first), _midnight(days.last + timedelta(days=1))
    clicks = Click.objects.filter(at__gte=begin, at__lt=end).values(*by)
    known = {
        (row["algorithm_version"], row["purpose"]): (row["followers"], row["bought"])
        for row in clicks.annotate(
            followers=Count("pk"), bought=Count("pk", filter=Exists(_bought_after()))
        ).order_by(*by)
    }
    return [
        Outcome(
            row["algorithm_version"],
            Purpose(row["purpose"]),
            row["seen"],
            row["followed"],
            *known.get((row["algorithm_version"], row["purpose"]), (0, 0)),
        )
        for row in counted
    ]


def _bought_after() -> QuerySet[OrderLine]:
    """What the shopper of an outer click paid for and kept of its product, in the week after it and
    without another click between.
    """
    at = OuterRef("at")
    between = Click.objects.filter(
        user=OuterRef("order__user"),
        product=OuterRef("product"),
        at__gt=OuterRef(at),
        at__lte=OuterRef("order__created_at"),
    )
    return OrderLine.objects.filter(
        ~Exists(between),
        product=OuterRef("product"),
        order__user=OuterRef("user"),
        order__status__in=BOUGHT,
        order__created_at__gte=at,
        order__created_at__lt=ExpressionWrapper(at + CREDITED_FOR, DateTimeField()),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())
