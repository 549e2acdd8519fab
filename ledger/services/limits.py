"""How much people may send away, checked one request of a person after the other."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from core import clock
from core.locks import advisory_lock
from core.money import Money
from ledger import chart
from ledger.errors import LimitExceeded
from ledger.models import Entry, HoldResolution, SpendingLimit

SPENDING = ("debit", "transfer", "exchange", "withdrawal")
"""Kinds of transactions that count."""

GIVEN_BACK = (HoldResolution.Kind.VOIDED, HoldResolution.Kind.EXPIRED)


def lock_spending(owner_id: UUID) -> None:
    """Wait for a person's other requests: what one spends, the next one's check must see.

    Held until the transaction ends; before any row lock.
    """
    advisory_lock(f"spending:{owner_id.hex}")


def check_spending(*, owner_id: UUID, amount: Money) -> None:
    """Whether ``owner_id`` may send ``amount`` now. Hold ``lock_spending`` from before this until
    it is posted.

    Only what the owner asked for counts, not what finance did nor what was reversed, nor a
    withdrawal that came back.

    :raises LimitExceeded: the first limit in the way.
    """
    limit = _limit_of(owner_id, amount.currency)
    if limit is None:
        return
    now, spent = clock.db_now(), _spent(owner_id, amount.currency)
    if limit.per_transaction is not None and amount.amount > limit.per_transaction:
        _refuse_sum("per_transaction", limit.per_transaction, 0, amount, None)
    _check_day(limit, amount, spent, now)
    _check_interval(limit, spent, now)


def _limit_of(owner_id: UUID, currency: str) -> SpendingLimit | None:
    """The person's own, in place of everybody's."""
    either = Q(owner_id=owner_id) | Q(owner_id__isnull=True)
    found = SpendingLimit.objects.filter(either, currency=currency)
    return max(found, key=lambda limit: limit.owner_id is not None, default=None)


def _spent(owner_id: UUID, currency: str) -> QuerySet[Entry]:
    given_back = HoldResolution.objects.filter(
        hold__placed_by=OuterRef("transaction"), kind__in=GIVEN_BACK
    )
    return Entry.objects.filter(
        ~Exists(given_back),
        account__code=chart.wallet(owner_id, currency).code,
        amount__lt=0,
        transaction__kind__in=SPENDING,
        transaction__actor_id=owner_id,
        transaction__reversed_by__isnull=True,
    )


def _check_day(limit: SpendingLimit, amount: Money, spent: QuerySet[Entry], now: datetime) -> None:
    if limit.daily_total is None and limit.daily_count is None:
        return
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    ends_at = midnight + timedelta(days=1)
    today = spent.filter(recorded_at__gte=midnight).aggregate(sum=Sum("amount"), count=Count("pk"))
    used = -(today["sum"] or 0)
    if limit.daily_total is not None and used + amount.amount > limit.daily_total:
        _refuse_sum("daily_total", limit.daily_total, used, amount, ends_at)
    if limit.daily_count is not None and today["count"] >= limit.daily_count:
        detail = f"You may send {limit.daily_count} times a day."
        facts = {"allowed": limit.daily_count, "used": today["count"], "asked": 1}
        _refuse("daily_count", detail, ends_at, facts)


def _check_interval(limit: SpendingLimit, spent: QuerySet[Entry], now: datetime) -> None:
    if not limit.min_interval:
        return
    newest = spent.order_by("-recorded_at").values_list("recorded_at", flat=True).first()
    if newest is None:
        return
    ends_at = newest + timedelta(seconds=limit.min_interval)
    if now < ends_at:
        since = max(0, int((now - newest).total_seconds()))
        detail = f"Wait {limit.min_interval - since} seconds before you send again."
        facts = {"allowed": limit.min_interval, "used": None, "asked": since}
        _refuse("min_interval", detail, ends_at, facts)


def _refuse_sum(name: str, allowed: int, used: int, asked: Money, ends_at: datetime | None) -> None:
    most, spent = Money(allowed, asked.currency), Money(used, asked.currency)
    facts = {
        "allowed": str(most),
        "used": str(spent),
        "asked": str(asked),
        "currency": asked.currency,
    }
    detail = f"You may send {most.display()} at a time."
    if name == "daily_total":
        detail = f"You may send {most.display()} a day, and have sent {spent.display()}."
    _refuse(name, detail, ends_at, facts)


def _refuse(name: str, detail: str, ends_at: datetime | None, facts: dict[str, Any]) -> None:
    until = ends_at.astimezone(UTC).isoformat().replace("+00:00", "Z") if ends_at else None
    raise LimitExceeded(detail, limit=name, ends_at=until, **facts)
