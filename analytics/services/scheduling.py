"""Reports that come by themselves, when their days are over."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from analytics.models import Report, Subscription
from analytics.queries import Days
from analytics.services.reports import ask_for_report
from core.models import Job
from ledger.queries import Interval

DAY = timedelta(days=1)


def schedule_reports(*, kind: Report.Kind, at: datetime) -> list[Job]:
    """Ask for the reports of the days that have ended last: the marketplace's, and one for each seller
    that somebody subscribes to. Each is asked for once, however often this runs.
    """
    days = ended(kind, timezone.localdate(at, timezone.get_default_timezone()))
    return [_scheduled(kind, days, seller_id, at) for seller_id in (None, *_subscribed(kind))]


def ended(kind: Report.Kind, today: date) -> Days:
    """The last day, Monday to Sunday, or month that is over.

    :raises ValueError: reports of this kind do not come by themselves.
    """
    if kind == Report.Kind.DAILY:
        return Days(today - DAY, today - DAY)
    if kind == Report.Kind.WEEKLY:
        monday = today - today.weekday() * DAY
        return Days(monday - 7 * DAY, monday - DAY)
    if kind == Report.Kind.MONTHLY:
        last = today.replace(day=1) - DAY
        return Days(last.replace(day=1), last)
    raise ValueError(kind)


def _subscribed(kind: Report.Kind) -> list[UUID]:
    """Sellers, by their ids."""
    subscriptions = Subscription.objects.filter(kind=kind, seller__isnull=False)
    sellers = subscriptions.order_by("seller").values_list("seller", flat=True)
    return list(sellers.distinct())


def _scheduled(kind: Report.Kind, days: Days, seller_id: UUID | None, at: datetime) -> Job:
    return ask_for_report(
        kind=kind,
        days=days,
        interval=Interval.DAY,
        seller_id=seller_id,
        key=f"{kind}:{days.first}:{seller_id or 'marketplace'}",
        actor_id=None,
        at=at,
    )
