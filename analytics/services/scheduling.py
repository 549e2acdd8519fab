"""Reports that come by themselves, when their days are over."""

from datetime import date, datetime, timedelta
from itertools import dropwhile
from uuid import UUID

from django.utils import timezone

from analytics.models import Report, Subscription
from analytics.queries import Days
from analytics.services.reports import REPORT, ask_for_report
from core.models import Job
from ledger.queries import Interval

DAY = timedelta(days=1)
MADE_UP = {Report.Kind.DAILY: 7, Report.Kind.WEEKLY: 4, Report.Kind.MONTHLY: 3}
"""Of how many days, weeks or months a report is still asked for that nobody has asked for in time."""


def schedule_reports(*, kind: Report.Kind, at: datetime) -> list[Job]:
    """Ask for the reports of the days that have ended last: the marketplace's, and one for each seller
    that somebody subscribes to; and for those before them that a run which was missed, or failed
    half-way, has left. Each is asked for once, however often this runs.
    """
    lately = _ended_lately(kind, timezone.localdate(at, timezone.get_default_timezone()))
    return [
        _scheduled(kind, days, seller_id, at)
        for seller_id in (None, *_subscribed(kind))
        for days in _left(kind, lately, seller_id)
    ]


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


def _ended_lately(kind: Report.Kind, today: date) -> list[Days]:
    """The oldest first."""
    found = [ended(kind, today)]
    while len(found) < MADE_UP[kind]:
        found.append(ended(kind, found[-1].first))
    return found[::-1]


def _left(kind: Report.Kind, lately: list[Days], seller_id: UUID | None) -> list[Days]:
    """What nobody has asked for since the first of them that somebody has; else the latest, so that
    who is new is not mailed a week of reports.
    """
    keys = {days: _key(kind, days, seller_id) for days in lately}
    found = Job.objects.filter(kind=REPORT, key__in=keys.values())
    asked = set(found.values_list("key", flat=True))
    since = dropwhile(lambda days: keys[days] not in asked, lately)
    return [days for days in since if keys[days] not in asked] or lately[-1:]


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
        key=_key(kind, days, seller_id),
        actor_id=None,
        at=at,
    )


def _key(kind: Report.Kind, days: Days, seller_id: UUID | None) -> str:
    return f"{kind}:{days.first}:{seller_id or 'marketplace'}"
