"""Setting money aside, and what becomes of it.

Each step is a transaction of its own kind between a person's wallet and what is held of it. For
steps that belong to a larger posting, put ``NewHold.lines`` or ``ending(...)`` among its lines.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from core import clock
from core.errors import Conflict
from core.ids import uuid7
from core.money import Money
from ledger.chart import AccountSpec, held, wallet
from ledger.errors import CaptureTooLarge, HoldNotFound, PostingRefused
from ledger.models import Account, Hold, HoldResolution
from ledger.postings import Line, NewHold, Posted, Posting, Resolution
from ledger.services.posting import post

logger = logging.getLogger(__name__)


def new_hold(
    *, user_id: UUID, amount: Money, purpose: str, reference: str = "", lasting: timedelta | None
) -> NewHold:
    """A hold to be placed: it expires ``lasting`` after it is recorded, None is never.

    :raises PostingRefused: an amount or a time that is not above zero.
    """
    if amount.amount <= 0:
        raise PostingRefused("A hold is of more than zero.", field="amount")
    if lasting is not None and lasting <= timedelta():
        raise PostingRefused("A hold lasts longer than nothing.", field="lasting")
    return NewHold(
        id=uuid7(),
        wallet=wallet(user_id, amount.currency),
        held=held(user_id, amount.currency),
        amount=amount.amount,
        purpose=purpose,
        reference=reference,
        lasting=lasting,
    )


def place_hold(hold: NewHold, *, key: str, scope: str, actor_id: UUID | None) -> Hold:
    """Set money of a wallet aside. Idempotent by (scope, key): again, it is the first one's hold.

    :raises InsufficientFunds, AccountFrozen: the wallet does not allow it.
    """
    posted = post(Posting("hold", key, hold.lines, scope=scope, actor_id=actor_id, places=(hold,)))
    return Hold.objects.select_related("wallet", "held").get(placed_by=posted.transaction_id)


def capture_hold(
    *, hold_id: UUID, amount: Money, to: AccountSpec, key: str, scope: str, actor_id: UUID | None
) -> Posted:
    """Let ``amount`` of a hold go on to ``to``; the rest goes back to the wallet. It ends the hold.

    Idempotent by (scope, key). Refused from ``expires_at`` on, swept or not.

    :raises HoldNotFound, HoldResolved, HoldExpired: there is none, or it has ended.
    :raises PostingRefused: not more than zero.
    :raises CaptureTooLarge: more than is held, or another currency.
    :raises AccountFrozen: one of the accounts takes no postings.
    """
    hold = _found(hold_id)
    if amount.amount <= 0:
        raise PostingRefused("A capture is of more than zero.", field="amount")
    if amount.currency != hold.wallet.currency or amount.amount > hold.amount:
        raise CaptureTooLarge(field="amount", held=str(hold.money), asked=str(amount))
    resolution = Resolution(hold.pk, HoldResolution.Kind.CAPTURED, amount.amount)
    lines = (*ending(hold, amount.amount), Line(to, amount.amount))
    return post(
        Posting("capture", key, lines, scope=scope, actor_id=actor_id, resolves=(resolution,))
    )


def void_hold(*, hold_id: UUID, key: str, scope: str, actor_id: UUID | None) -> Posted:
    """Give all of a hold back to its wallet. Idempotent by (scope, key).

    :raises HoldNotFound, HoldResolved: there is none, or it has ended.
    :raises AccountFrozen: the wallet takes no postings.
    """
    hold = _found(hold_id)
    return post(_release(hold, HoldResolution.Kind.VOIDED, key, scope, actor_id))


def expire_holds(limit: int = 100) -> int:
    """Give back what is due, oldest first, each hold in a transaction of its own; how many.

    Safe to run twice at once: a hold ends once. Those on frozen accounts wait until they are open.
    """
    due = _due()[:limit]
    return sum(_expire(hold) for hold in due)


def ending(hold: Hold, captured: int = 0) -> Sequence[Line]:
    """Lines that take ``hold`` off, less ``captured`` minor units, which the caller's lines place.

    ``hold`` with its accounts selected.
    """
    back = hold.amount - captured
    taken = Line(AccountSpec.of(hold.held), -hold.amount)
    return (taken, Line(AccountSpec.of(hold.wallet), back)) if back else (taken,)


def _due() -> QuerySet[Hold]:
    opened = {"wallet__status": Account.Status.OPEN, "held__status": Account.Status.OPEN}
    due = Hold.objects.open().filter(expires_at__lte=clock.db_now(), **opened)
    return due.select_related("wallet", "held").order_by("expires_at", "pk")


def _expire(hold: Hold) -> bool:
    key = f"hold:{hold.pk.hex}:expire"
    try:
        posted = post(_release(hold, HoldResolution.Kind.EXPIRED, key, "mercat", None))
    except Conflict as refusal:  # somebody has just ended it, or frozen its account
        logger.info("hold %s not expired: %s", hold.pk, refusal.code)
        return False
    return not posted.replayed


def _release(hold: Hold, kind: str, key: str, scope: str, actor_id: UUID | None) -> Posting:
    return Posting(
        "release",
        key,
        tuple(ending(hold)),
        scope=scope,
        actor_id=actor_id,
        resolves=(Resolution(hold.pk, kind),),
    )


def _found(hold_id: UUID) -> Hold:
    hold = Hold.objects.select_related("wallet", "held").filter(pk=hold_id).first()
    if hold is None:
        raise HoldNotFound
    return hold
