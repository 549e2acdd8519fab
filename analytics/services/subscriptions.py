"""Who is mailed which reports as they are built."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from analytics.models import Report, Subscription
from analytics.queries.audience import may_read
from core.errors import Invalid, NotFound


@transaction.atomic
def subscribe(
    *, user: User, kind: Report.Kind, seller_id: UUID | None, at: datetime
) -> Subscription:
    """Mail ``user`` each new report of this kind, until ``unsubscribe``. Asking again changes nothing.

    :raises Invalid: reports of this kind do not come by themselves.
    :raises NotFound: the user may not read them.
    """
    if kind == Report.Kind.ASKED:
        raise Invalid("Choose daily, weekly or monthly.", field="kind")
    if not may_read(user, seller_id):
        raise NotFound
    wanted = Subscription(user=user, kind=kind, seller_id=seller_id, created_at=at)
    Subscription.objects.bulk_create([wanted], ignore_conflicts=True)
    return _subscriptions(kind, seller_id).get(user=user)


def unsubscribe(*, user: User, kind: Report.Kind, seller_id: UUID | None) -> None:
    """Mail no more of them. Without a subscription nothing changes."""
    _subscriptions(kind, seller_id).filter(user=user).delete()


def readers(kind: Report.Kind, seller_id: UUID | None) -> list[User]:
    """Subscribers who may still read what they subscribed to."""
    active = _subscriptions(kind, seller_id).filter(user__is_active=True)
    subscribed = active.select_related("user__seller").order_by("pk")
    return [each.user for each in subscribed if may_read(each.user, seller_id)]


def _subscriptions(kind: Report.Kind, seller_id: UUID | None) -> QuerySet[Subscription]:
    return Subscription.objects.filter(kind=kind).filter(
        Q(seller=seller_id) if seller_id else Q(seller=None)
    )
