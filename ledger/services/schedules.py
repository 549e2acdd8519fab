"""Standing orders: transfers that happen later, or again and again."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import transaction

from core import clock
from core.errors import DomainError
from core.money import Money
from core.retries import retried
from ledger.errors import (
    PostingRefused,
    ScheduledTransferDone,
    ScheduledTransferNotFound,
    ScheduleRefused,
    TransferToSelf,
)
from ledger.models import ScheduledRun, ScheduledTransfer
from ledger.models.schedules import ScheduledTransferQuerySet
from ledger.postings import Posted
from ledger.services.limits import lock_spending
from ledger.services.people import find_people
from ledger.services.wallets import transfer

Every, Status = ScheduledTransfer.Every, ScheduledTransfer.Status

STEPS = {
    Every.DAY: relativedelta(days=1),
    Every.WEEK: relativedelta(weeks=1),
    Every.MONTH: relativedelta(months=1),
}

AHEAD = relativedelta(years=10)
"""How far away a standing order may begin or end."""

SCOPE = "scheduled"
"""Of the keys of the runs' transactions."""


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """What is to be sent to whom, from when (None: now), how often, and until when (inclusive)."""

    to_user_id: UUID
    amount: Money
    memo: str = ""
    every: str = Every.ONCE
    starts_at: datetime | None = None
    until: datetime | None = None


@transaction.atomic
def schedule_transfer(*, owner_id: UUID, order: StandingOrder) -> ScheduledTransfer:
    """Send money of ``owner_id`` as ``order`` says, by ``run_due_transfers``.

    Not idempotent by itself: whoever calls it for a request uses ``core.idempotency``.

    :raises PostingRefused: the amount is not above zero.
    :raises TransferToSelf: both are the same person.
    :raises UserNotFound: the recipient does not exist or is not active.
    :raises ScheduleRefused: a time is over, too far away, or before the start.
    """
    if order.amount.amount <= 0:
        raise PostingRefused("The amount must be more than zero.", field="amount")
    if owner_id == order.to_user_id:
        raise TransferToSelf(field="to_user_id")
    find_people([("to_user_id", order.to_user_id)])
    now = clock.db_now()
    starts_at = order.starts_at or now
    _check_times(starts_at, order.until, now)
    return ScheduledTransfer.objects.create(
        owner_id=owner_id,
        to_user_id=order.to_user_id,
        amount=order.amount.amount,
        currency=order.amount.currency,
        memo=order.memo,
        every=order.every,
        starts_at=starts_at,
        until=order.until,
        next_at=starts_at,
        created_at=now,
    )


@transaction.atomic
def cancel_scheduled_transfer(*, owner_id: UUID, scheduled_id: UUID) -> None:
    """Let a standing order of ``owner_id`` not run again. Cancelled again, it stays cancelled.

    Waits for a run that is under way.

    :raises ScheduledTransferNotFound: there is none, or it is somebody else's.
    :raises ScheduledTransferDone: there would be no further run.
    """
    own = ScheduledTransfer.objects.filter(owner_id=owner_id, pk=scheduled_id)
    order = own.locked().first()
    if order is None:
        raise ScheduledTransferNotFound
    if order.status == Status.DONE:
        raise ScheduledTransferDone
    own.update(status=Status.CANCELLED)


def run_due_transfers(*, limit: int = 500) -> int:
    """Run what is due, longest overdue first, and what was missed, at most ``limit`` runs.

    Each run is one transaction of its own and happens once, however many workers there are: it
    moves the money or notes the refusal's code, and the order goes on to its next run.
    Returns the number of runs.
    """
    runs = 0
    while runs < limit:
        due = _due().order_by("next_at", "pk").values_list("pk", "owner_id")[: limit - runs]
        ran = sum([_run(pk, owner_id) for pk, owner_id in due])
        if not ran:  # other workers have the rest
            break
        runs += ran
    return runs


def due_at(starts_at: datetime, every: str, number: int) -> datetime:
    """When run ``number`` (from 0) of an order is due, UTC.

    By the calendar on the wall of ``settings.TIME_ZONE``: the same hour through the year, and
    where a month is too short, its last day. An hour that a spring night skips is one hour later.
    """
    if number == 0:
        return starts_at
    zone = ZoneInfo(settings.TIME_ZONE)
    wall: datetime = starts_at.astimezone(zone).replace(tzinfo=None) + number * STEPS[Every(every)]
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _check_times(starts_at: datetime, until: datetime | None, now: datetime) -> None:
    latest = now + AHEAD
    if starts_at < now:
        raise ScheduleRefused("This time is over.", field="starts_at")
    if starts_at > latest:
        raise ScheduleRefused("This is too far away.", field="starts_at")
    if until and until < starts_at:
        raise ScheduleRefused("The end is before the start.", field="until")
    if until and until > latest:
        raise ScheduleRefused("This is too far away.", field="until")


def _due() -> ScheduledTransferQuerySet:
    return ScheduledTransfer.objects.filter(status=Status.ACTIVE, next_at__lte=clock.db_now())


@retried()
@transaction.atomic
def _run(scheduled_id: UUID, owner_id: UUID) -> bool:
    """The order's next run, unless another worker has it. The owner's lock before the row's, as
    advisory locks go first."""
    lock_spending(owner_id)
    free = _due().locked().select_for_update(skip_locked=True, of=("self",), no_key=True)
    order = free.filter(pk=scheduled_id).first()
    if order is None:
        return False
    run = ScheduledRun(scheduled=order, number=order.next_run, due_at=order.next_at)
    try:
        run.transaction_id = _pay(order).transaction_id
    except DomainError as error:
        run.refusal = error.code
    run.ran_at = clock.db_now()
    run.save(force_insert=True)
    _go_on(order)
    return True


@transaction.atomic
def _pay(order: ScheduledTransfer) -> Posted:
    find_people([("owner_id", order.owner_id)])
    return transfer(
        from_user_id=order.owner_id,
        to_user_id=order.to_user_id,
        amount=order.money,
        key=f"scheduled:{order.pk}:{order.next_run}",
        scope=SCOPE,
        memo=order.memo,
    )


def _go_on(order: ScheduledTransfer) -> None:
    if order.every == Every.ONCE:
        order.status = Status.DONE
    else:
        following = due_at(order.starts_at, order.every, order.next_run + 1)
        if order.until and following > order.until:
            order.status = Status.DONE
        else:
            order.next_run, order.next_at = order.next_run + 1, following
    order.save(update_fields=["status", "next_run", "next_at"])
