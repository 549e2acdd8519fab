"""Money into, out of and between people's wallets."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from core.money import Money
from ledger import chart
from ledger.errors import (
    IdempotencyMismatch,
    PostingRefused,
    TransferToSelf,
    VersionMismatch,
)
from ledger.postings import Line, Posted, Posting
from ledger.services.limits import check_spending, lock_spending
from ledger.services.people import find_people
from ledger.services.posting import is_posted, post, post_batch

CREDIT, DEBIT, TRANSFER = "credit", "debit", "transfer"

MAX_STEPS = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One movement between wallets; a payer or payee of None is the world outside."""

    kind: str
    payer_id: UUID | None
    payee_id: UUID | None
    amount: Money
    note: str = ""


def credit(
    *, user_id: UUID, amount: Money, key: str, scope: str, actor_id: UUID, reason: str = ""
) -> Posted:
    """Top up a person's wallet from the platform's funding account. Idempotent by (scope, key).

    :raises PostingRefused: the amount is not above zero.
    :raises AccountFrozen, BalanceTooLarge: the wallet does not take it.
    :raises IdempotencyMismatch: the key has moved other money.
    """
    step = Step(CREDIT, None, user_id, amount, reason)
    return post(_posting(step, key=key, scope=scope, actor_id=actor_id))


@transaction.atomic
def debit(
    *, user_id: UUID, amount: Money, key: str, scope: str, actor_id: UUID, reason: str = ""
) -> Posted:
    """Pay a person out: from their wallet to the platform's funding account. Idempotent by
    (scope, key).

    Spending limits apply to what people ask for themselves, under a lock per person.

    :raises PostingRefused: the amount is not above zero.
    :raises LimitExceeded: it is more than the person may send away.
    :raises InsufficientFunds, AccountFrozen: the wallet does not allow it.
    :raises IdempotencyMismatch: the key has moved other money.
    """
    step = Step(DEBIT, user_id, None, amount, reason)
    posting = _posting(step, key=key, scope=scope, actor_id=actor_id)
    if actor_id == user_id:
        lock_spending(user_id)
        if not is_posted(posting):
            check_spending(owner_id=user_id, amount=amount)
    return post(posting)


@transaction.atomic
def transfer(
    *, from_user_id: UUID, to_user_id: UUID, amount: Money, key: str, scope: str, memo: str = ""
) -> Posted:
    """Send money from a person's wallet to another's, as that person. Idempotent by (scope, key).

    Spending limits apply, under a lock per person.

    :raises PostingRefused: the amount is not above zero.
    :raises TransferToSelf: both are the same person.
    :raises UserNotFound: the recipient does not exist or is not active.
    :raises LimitExceeded: it is more than the person may send away.
    :raises InsufficientFunds, AccountFrozen, BalanceTooLarge: a wallet does not allow it.
    :raises IdempotencyMismatch: the key has moved other money.
    """
    step = Step(TRANSFER, from_user_id, to_user_id, amount, memo)
    posting = _posting(step, key=key, scope=scope, actor_id=from_user_id)
    lock_spending(from_user_id)
    if not is_posted(posting):
        find_people([("to_user_id", to_user_id)])
        check_spending(owner_id=from_user_id, amount=amount)
    return post(posting)


@transaction.atomic
def post_all(*, steps: Sequence[Step], key: str, scope: str, actor_id: UUID) -> list[Posted]:
    """Take 1 to 100 steps in order, all or none. Idempotent by (scope, key).

    Finance's, so no spending limits. The n-th step's transaction is in scope ``{scope}:{n}``.

    :raises PostingRefused: too few or too many steps, or an amount that is not above zero.
    :raises TransferToSelf: somebody pays themselves.
    :raises InsufficientFunds, AccountFrozen, BalanceTooLarge: a wallet does not allow it.
    :raises IdempotencyMismatch: the key has moved other money.
    """
    if not 1 <= len(steps) <= MAX_STEPS:
        raise PostingRefused(f"A batch has 1 to {MAX_STEPS} transactions.", field="transactions")
    posted = post_batch(
        [
            _posting(step, key=key, scope=f"{scope}:{n}", actor_id=actor_id)
            for n, step in enumerate(steps)
        ]
    )
    if len({one.replayed for one in posted}) > 1:
        raise IdempotencyMismatch(key=key)
    return posted


def check_version(posted: Posted, code: str, seen: int | None, field: str = "if_version") -> None:
    """Refuse a posting that did not find account ``code`` at version ``seen`` (None: any).

    Call it in the posting's transaction, which it undoes: nothing can come between them.

    :raises VersionMismatch: it found another.
    """
    found = posted.balances[code].version - 1
    if seen is not None and seen != found:
        raise VersionMismatch(field=field, current=found)


def _posting(step: Step, *, key: str, scope: str, actor_id: UUID) -> Posting:
    if step.amount.amount <= 0:
        raise PostingRefused("The amount must be more than zero.", field="amount")
    if step.payer_id == step.payee_id:
        raise TransferToSelf(field="to_user_id")
    lines = (
        Line(_pot(step.payer_id, step.amount.currency), -step.amount.amount),
        Line(_pot(step.payee_id, step.amount.currency), step.amount.amount),
    )
    return Posting(step.kind, key, lines, scope=scope, actor_id=actor_id, reason=step.note)


def _pot(user_id: UUID | None, currency: str) -> chart.AccountSpec:
    return chart.funding(currency) if user_id is None else chart.wallet(user_id, currency)
