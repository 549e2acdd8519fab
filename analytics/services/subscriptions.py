"""Who is mailed which reports as they are built."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

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
    wanted: dict[str, Any] = {"user": user, "kind": kind, "seller_id": seller_id}
    Subscription.objects.bulk_create([Subscription(**wanted, created_at=at)], ignore_conflicts=True)
    return Subscription.objects.get(**wanted)


def unsubscribe(*, user: User, kind: Report.Kind, seller_id: UUID | None) -> None:
    """Mail no more of them. Without a subscription nothing changes."""
    Subscription.objects.filter(user=user, kind=kind, seller_id=seller_id).delete()


def readers(kind: Report.Kind, seller_id: UUID | None) -> list[User]:
    """Subscribers who may still read what they subscribed to."""
    subscriptions = Subscription.objects.filter(
        kind=kind, seller_id=seller_id, user__is_active=True
    )
    subscribed = subscriptions.select_related("user__seller").order_by("pk")
    return [each.user for each in subscribed if may_read(each.user, seller_id)]
