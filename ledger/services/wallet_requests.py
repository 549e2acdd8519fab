"""Money that people pay in from their bank, and take out to it, as far as finance confirms it.

A request is locked before the accounts that it moves, and decided once. The audit trail's lock
comes before both, as advisory locks do.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core import audit, clock, events
from core.locks import advisory_lock
from core.money import Money
from ledger import chart
from ledger.errors import (
    OwnWalletRequest,
    PostingRefused,
    ReasonMissing,
    ReferenceMissing,
    ReferenceUsed,
    TooManyPending,
    WalletRequestDecided,
    WalletRequestNotFound,
)
from ledger.models import Hold, HoldResolution, WalletRequest
from ledger.postings import Line, Posted, Posting, Resolution
from ledger.providers import destination as account_number
from ledger.providers import provider_of
from ledger.services.freezing import STREAM
from ledger.services.holds import ending, new_hold
from ledger.services.limits import check_spending, lock_spending
from ledger.services.posting import post

Kind, Status = WalletRequest.Kind, WalletRequest.Status

MAX_PENDING = 10
"""Requests of a person that may wait at a time."""

SCOPE = "wallet"
"""Of the keys of the transactions."""

PURPOSE = "withdrawal"

DECISION = ("status", "transaction", "decided_by", "decided_at", "reference", "reason")


@transaction.atomic
def request_top_up(*, owner_id: UUID, amount: Money, provider: str) -> WalletRequest:
    """Announce that ``owner_id`` pays in ``amount`` by ``provider``. Moves nothing.

    Not idempotent by itself: whoever calls it for a request uses ``core.idempotency``.

    :raises PostingRefused: the amount is not above zero.
    :raises ProviderNotFound: there is none, or it does not take the currency.
    :raises TooManyPending: the person has ten requests waiting.
    """
    lock_spending(owner_id)
    made = _checked(Kind.TOP_UP, owner_id, amount, provider)
    made.created_at = clock.db_now()
    return _recorded(made)


@transaction.atomic
def request_withdrawal(
    *, owner_id: UUID, amount: Money, provider: str, destination: str
) -> WalletRequest:
    """Set ``amount`` of a person's wallet aside, to be paid out to their account ``destination``.

    Spending limits apply. Not idempotent by itself: whoever calls it for a request uses
    ``core.idempotency``.

    :raises PostingRefused: the amount is not above zero.
    :raises ProviderNotFound: there is none, or it does not take the currency.
    :raises DestinationRefused: it is no account number, or an IBAN with a slip of the pen.
    :raises TooManyPending: the person has ten requests waiting.
    :raises LimitExceeded: it is more than the person may send away.
    :raises InsufficientFunds, AccountFrozen: the wallet does not allow it.
    """
    lock_spending(owner_id)
    made = _checked(Kind.WITHDRAWAL, owner_id, amount, provider)
    made.destination = account_number(destination)
    check_spending(owner_id=owner_id, amount=amount)
    made.hold = _held(made)
    made.created_at = made.hold.created_at
    return _recorded(made)


@transaction.atomic
def confirm_wallet_request(
    *, request_id: UUID, reference: str, reason: str = "", actor_id: UUID
) -> WalletRequest:
    """Let a request come true, by the provider's ``reference`` of the payment. Audited.

    :raises ReferenceMissing: ``reference`` is blank.
    :raises WalletRequestNotFound, WalletRequestDecided: there is none that is pending.
    :raises OwnWalletRequest: it is the actor's own.
    :raises ReferenceUsed: the provider's payment has confirmed another request of this kind.
    :raises AccountFrozen, BalanceTooLarge: an account does not allow it.
    """
    known_as = " ".join(reference.upper().split())
    if not known_as:
        raise ReferenceMissing
    request = _pending_for_finance(request_id, actor_id)
    _check_unused(request, known_as)
    request.reference, request.reason = known_as, reason
    posted = post(_confirmation(request, actor_id))
    return _decided(request, Status.CONFIRMED, actor_id, posted)


@transaction.atomic
def reject_wallet_request(*, request_id: UUID, reason: str, actor_id: UUID) -> WalletRequest:
    """Refuse a request, and give back what a withdrawal held. Audited.

    :raises ReasonMissing: ``reason`` is blank.
    :raises WalletRequestNotFound, WalletRequestDecided: there is none that is pending.
    :raises OwnWalletRequest: it is the actor's own.
    :raises AccountFrozen: the wallet takes no postings.
    """
    if not reason.strip():
        raise ReasonMissing
    request = _pending_for_finance(request_id, actor_id)
    request.reason = reason
    return _decided(request, Status.REJECTED, actor_id, _given_back(request, actor_id))


@transaction.atomic
def cancel_wallet_request(*, request_id: UUID, owner_id: UUID) -> WalletRequest:
    """Take one's own request back, and what a withdrawal held. Cancelled again, it stays cancelled.

    :raises WalletRequestNotFound: there is none, or it is somebody else's.
    :raises WalletRequestDecided: it has been confirmed or rejected.
    :raises AccountFrozen: the wallet takes no postings.
    """
    request = WalletRequest.objects.filter(pk=request_id, owner_id=owner_id).locked().first()
    if request is None:
        raise WalletRequestNotFound
    if request.status == Status.CANCELLED:
        return request
    _check_pending(request)
    return _decided(request, Status.CANCELLED, owner_id, _given_back(request, owner_id))


def _checked(kind: str, owner_id: UUID, amount: Money, provider: str) -> WalletRequest:
    if amount.amount <= 0:
        raise PostingRefused("The amount must be more than zero.", field="amount")
    provider_of(provider, amount.currency)
    if WalletRequest.objects.pending().filter(owner_id=owner_id).count() >= MAX_PENDING:
        raise TooManyPending
    return WalletRequest(
        kind=kind,
        owner_id=owner_id,
        provider=provider,
        amount=amount.amount,
        currency=amount.currency,
    )


def _held(request: WalletRequest) -> Hold:
    hold = new_hold(
        user_id=request.owner_id,
        amount=request.money,
        purpose=PURPOSE,
        reference=request.payment_code,
        lasting=None,
    )
    posting = Posting(
        "withdrawal",
        f"request:{request.pk.hex}",
        hold.lines,
        scope=SCOPE,
        actor_id=request.owner_id,
        reason=f"To {request.masked_destination}",
        metadata=_metadata(request),
        places=(hold,),
    )
    return Hold.objects.get(placed_by=post(posting).transaction_id)


def _recorded(request: WalletRequest) -> WalletRequest:
    request.save(force_insert=True)
    _tell(request, "requested", request.created_at)
    return request


def _pending_for_finance(request_id: UUID, actor_id: UUID) -> WalletRequest:
    advisory_lock(f"audit:{STREAM}")
    request = WalletRequest.objects.filter(pk=request_id).locked().first()
    if request is None:
        raise WalletRequestNotFound
    if request.owner_id == actor_id:
        raise OwnWalletRequest
    _check_pending(request)
    return request


def _check_pending(request: WalletRequest) -> None:
    if not request.is_pending:
        raise WalletRequestDecided(status=request.status)


def _check_unused(request: WalletRequest, reference: str) -> None:
    """Decisions of finance queue on the audit trail's lock, so nobody is quicker after this."""
    same = {"provider": request.provider, "kind": request.kind, "reference": reference}
    if WalletRequest.objects.filter(**same).exists():
        raise ReferenceUsed(field="reference")


def _confirmation(request: WalletRequest, actor_id: UUID) -> Posting:
    clearing = chart.clearing(request.provider, request.currency)
    if request.kind == Kind.TOP_UP:
        wallet = chart.wallet(request.owner_id, request.currency)
        lines = (Line(clearing, -request.amount), Line(wallet, request.amount))
        return _posting(request, "top_up", lines, (), actor_id)
    hold = _hold(request)
    ends = (Resolution(hold.pk, HoldResolution.Kind.CAPTURED, hold.amount),)
    paid = (*ending(hold, hold.amount), Line(clearing, hold.amount))
    return _posting(request, "withdrawal_paid", paid, ends, actor_id)


def _given_back(request: WalletRequest, actor_id: UUID) -> Posted | None:
    """What a withdrawal held goes back; None for a top-up, which has moved nothing."""
    if request.kind == Kind.TOP_UP:
        return None
    hold = _hold(request)
    ends = (Resolution(hold.pk, HoldResolution.Kind.VOIDED),)
    return post(_posting(request, "withdrawal_returned", tuple(ending(hold)), ends, actor_id))


def _posting(
    request: WalletRequest,
    kind: str,
    lines: tuple[Line, ...],
    ends: tuple[Resolution, ...],
    actor_id: UUID,
) -> Posting:
    metadata = _metadata(request)
    if request.reference:
        metadata["reference"] = request.reference
    return Posting(
        kind,
        f"request:{request.pk.hex}:end",
        lines,
        scope=SCOPE,
        actor_id=actor_id,
        reason=request.reason,
        metadata=metadata,
        resolves=ends,
    )


def _hold(request: WalletRequest) -> Hold:
    return Hold.objects.select_related("wallet", "held").get(wallet_request=request)


def _decided(
    request: WalletRequest, status: str, actor_id: UUID, posted: Posted | None
) -> WalletRequest:
    request.status = status
    request.transaction_id = posted.transaction_id if posted else None
    request.decided_by, request.decided_at = actor_id, clock.db_now()
    request.save(update_fields=DECISION)
    if actor_id != request.owner_id:
        changes = {"reference": request.reference, "reason": request.reason}
        audit.record(
            STREAM,
            actor_id=actor_id,
            action=f"{status}_{request.kind}",
            subject=request,
            changes=changes,
            at=request.decided_at,
        )
    _tell(request, status, request.decided_at)
    return request


def _tell(request: WalletRequest, what: str, at: datetime) -> None:
    news = {"user_id": str(request.owner_id), **_metadata(request)}
    news |= {"amount": str(request.money), "currency": request.currency, "reason": request.reason}
    events.record(f"{request.kind}.{what}", request.pk, news, at=at)


def _metadata(request: WalletRequest) -> dict[str, Any]:
    return {"provider": request.provider, "request": str(request.pk)}
