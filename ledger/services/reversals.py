"""Mending a transaction by its exact opposite: above a limit, two people do it."""

from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from core import clock
from core.money import Money
from ledger.chart import AccountSpec
from ledger.errors import (
    AlreadyReversed,
    HoldsNotReversible,
    ReasonMissing,
    ReversalRequestDecided,
    ReversalRequestNotFound,
    ReversalRequestOpen,
    SamePerson,
    SecondPersonNeeded,
    TransactionNotFound,
)
from ledger.models import ReversalRequest, Transaction
from ledger.postings import Line, Posted, Posting
from ledger.services.posting import post

Decision = ReversalRequest.Decision


def reverse_transaction(
    *, transaction_id: UUID, reason: str, key: str, scope: str, actor_id: UUID
) -> Posted:
    """Move every amount of a transaction back, on the very same rows of the books. Once per transaction,
    and idempotent by (scope, key). A reversal is a transaction, and can be reversed like one.

    :raises ReasonMissing: ``reason`` is blank.
    :raises TransactionNotFound: there is none.
    :raises SecondPersonNeeded: it moved more than one person may move back: see ``request_reversal``.
    :raises HoldsNotReversible: it placed or resolved a hold, whose amount would no longer be there.
    :raises AlreadyReversed: another reversal was first.
    :raises InsufficientFunds, AccountFrozen, BalanceTooLarge: an account does not allow it.
    :raises IdempotencyMismatch: the key has moved other money.
    """
    original = _reversible(transaction_id, reason)
    if above := amount_above_limit(original):
        limit = Money(settings.LEDGER_TWO_PERSON_LIMIT, above.currency)
        raise SecondPersonNeeded(limit=str(limit), currency=limit.currency)
    return post(_opposite(original, reason, key, scope, actor_id))


@transaction.atomic
def request_reversal(*, transaction_id: UUID, reason: str, actor_id: UUID) -> ReversalRequest:
    """Ask somebody else to reverse a transaction, whatever its amount.

    :raises ReasonMissing, TransactionNotFound, HoldsNotReversible, AlreadyReversed: as above.
    :raises ReversalRequestOpen: somebody has asked already.
    """
    original = _reversible(transaction_id, reason)
    if original.is_reversed:
        raise AlreadyReversed
    try:
        with transaction.atomic():
            return ReversalRequest.objects.create(
                transaction=original,
                requested_by=actor_id,
                reason=reason,
                requested_at=clock.db_now(),
            )
    except IntegrityError as error:
        if original.reversal_requests.filter(decision="").exists():
            raise ReversalRequestOpen from error
        raise


@transaction.atomic
def approve_reversal(*, request_id: UUID, reason: str, actor_id: UUID) -> Posted:
    """Reverse what was asked for. Locks the request, then the accounts.

    :raises ReasonMissing: ``reason`` is blank.
    :raises ReversalRequestNotFound, ReversalRequestDecided, SamePerson: it is not ``actor_id``'s to
        decide (any more).
    :raises AlreadyReversed, InsufficientFunds, AccountFrozen, BalanceTooLarge: it cannot be done
        now; the request stays open.
    """
    request = _undecided(request_id, reason, actor_id)
    key = f"reversal-request:{request.pk.hex}"
    original = _reversible(request.transaction_id, request.reason)
    posted = post(_opposite(original, request.reason, key, "ledger", actor_id))
    _decide(request, Decision.APPROVED, reason, actor_id, posted.transaction_id)
    return posted


@transaction.atomic
def reject_reversal(*, request_id: UUID, reason: str, actor_id: UUID) -> None:
    """Leave the transaction as it is. Locks the request.

    :raises ReasonMissing: ``reason`` is blank.
    :raises ReversalRequestNotFound, ReversalRequestDecided, SamePerson: as above.
    """
    request = _undecided(request_id, reason, actor_id)
    _decide(request, Decision.REJECTED, reason, actor_id, None)


def amount_above_limit(original: Transaction) -> Money | None:
    """The amount by which one person may not reverse it, None if they may.

    The largest of what it credited in each currency, in minor units, is held against the limit.
    """
    credited: dict[str, int] = {}
    for currency, amount in original.entries.values_list("currency", "amount"):
        credited[currency] = credited.get(currency, 0) + max(amount, 0)
    currency, amount = max(credited.items(), key=lambda one: one[1])
    return Money(amount, currency) if amount > settings.LEDGER_TWO_PERSON_LIMIT else None


def _reversible(transaction_id: UUID, reason: str) -> Transaction:
    if not reason.strip():
        raise ReasonMissing
    original = Transaction.objects.filter(pk=transaction_id).first()
    if original is None:
        raise TransactionNotFound
    if original.holds_placed.exists() or original.holds_resolved.exists():
        raise HoldsNotReversible
    return original


def _opposite(original: Transaction, reason: str, key: str, scope: str, actor_id: UUID) -> Posting:
    entries = original.entries.select_related("account").order_by("line_no")
    lines = tuple(Line(AccountSpec.of(entry.account), -entry.amount) for entry in entries)
    return Posting(
        "reversal",
        key,
        lines,
        scope=scope,
        actor_id=actor_id,
        reason=reason,
        reverses=original.pk,
    )


def _undecided(request_id: UUID, reason: str, actor_id: UUID) -> ReversalRequest:
    if not reason.strip():
        raise ReasonMissing
    request = ReversalRequest.objects.locked().filter(pk=request_id).first()
    if request is None:
        raise ReversalRequestNotFound
    if request.decision:
        raise ReversalRequestDecided(decision=request.decision)
    if request.requested_by == actor_id:
        raise SamePerson
    return request


def _decide(
    request: ReversalRequest, decision: str, reason: str, actor_id: UUID, reversal: UUID | None
) -> None:
    ReversalRequest.objects.filter(pk=request.pk, decision="").update(
        decision=decision,
        decision_reason=reason,
        decided_by=actor_id,
        decided_at=clock.db_now(),
        reversal_id=reversal,
    )
