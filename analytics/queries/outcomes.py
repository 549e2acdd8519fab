"""What came of recommendations, version by version."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils import timezone

from analytics.models import Click, Exposure, Purpose
from analytics.queries.days import Days
from core.money import rounded


@dataclass(frozen=True, slots=True)
class Outcome:
    """How often a version's suggestions for a purpose were shown and followed.

    ``followers`` are the clicks of shoppers who were signed in; ``orders`` those of them that an
    order of the same product followed within a week.
    """

    algorithm_version: str
    purpose: Purpose
    impressions: int
    clicks: int
    followers: int
    orders: int

    @property
    def click_through(self) -> Decimal:
        """Clicks by impressions, to four decimals; 0 where nothing was shown."""
        return _share(self.clicks, self.impressions)

    @property
    def conversion(self) -> Decimal:
        """Orders by clicks of who was signed in, to four decimals; 0 without any."""
        return _share(self.orders, self.followers)


def outcomes(days: Days) -> list[Outcome]:
    """Of each version and purpose that was shown or followed on ``days``, by name. Two queries."""
    by = ("algorithm_version", "purpose")
    shown = Exposure.objects.filter(day__range=(days.first, days.last)).values(*by)
    counted = shown.annotate(seen=Sum("impressions"), followed=Sum("clicks")).order_by(*by)
    begin, end = _midnight(days.first), _midnight(days.last + timedelta(days=1))
    clicks = Click.objects.filter(at__gte=begin, at__lt=end).values(*by)
    known = {
        (row["algorithm_version"], row["purpose"]): (row["followers"], row["orders"])
        for row in clicks.annotate(followers=Count("pk"), orders=Count("order")).order_by(*by)
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


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())


def _share(part: int, whole: int) -> Decimal:
    return Decimal(rounded(part * 10_000, whole) if whole else 0).scaleb(-4)
