"""Bringing payments to their end, from wherever they stand.

A payment's provider is asked outside of any transaction; each answer is recorded in one of its own,
which decides what is asked next. So whoever dies between two steps leaves a payment that anybody
can take up again: checkout, the order's page, a webhook and the sweep all come through ``settle``.
What the provider is asked is idempotent by the payment's key, so two at once do no harm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import transaction

from core import clock
from core.retries import retried
from orders.errors import ProviderRefused
from orders.models import Order, Payment
from orders.payments import registry
from orders.payments.provider import Charge, Outcome, State
from orders.services.receiving import is_wanted, locked_payment, set_aside, take_in, tell

MAX_CALLS = 5
"""More than a payment ever needs: what then is not settled waits for the next run."""


class Step(StrEnum):
    """What is asked of the provider next; ``REST`` is nothing, for now or for ever."""

    LOOK_UP = "look_up"
    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a payment stands. ``secret`` is what the buyer's browser needs to go on, if it must."""

    payment: Payment
    secret: str = ""


def settle(payment_id: UUID, *, token: str = "") -> Standing:
    """Go on with a payment as far as it goes today. Safe to repeat, and to run twice at once.

    ``token`` stands for the card; without it nothing new is authorised. Call it outside of any
    transaction. Each step locks the order, the payment and the accounts, in this order.

    :raises ProviderUnavailable: what became of the last call is not known. Come again.
    """
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    step, secret = _first(payment, token), ""
    for _ in range(MAX_CALLS):
        if step == Step.REST:
            break
        outcome = _ask(step, payment, token)
        payment, step = _recorded(payment_id, outcome)
        secret = outcome.secret if outcome and payment.is_open else ""
    return Standing(payment, secret)


def _first(payment: Payment, token: str) -> Step:
    if payment.is_received or not registry.is_outside(payment.method):
        return Step.REST
    is_new = payment.status == Payment.Status.PENDING and not payment.reference
    if is_new and token and is_wanted(payment, clock.db_now()):
        return Step.AUTHORISE
    return Step.LOOK_UP


def _ask(step: Step, payment: Payment, token: str) -> Outcome | None:
    """What is refused for good has another answer already, or none ever."""
    provider = registry.provider_of(payment.method)
    charge = charge_of(payment, token)
    calls: dict[Step, Callable[[Charge], Outcome | None]] = {
        Step.LOOK_UP: provider.look_up,
        Step.AUTHORISE: provider.authorise,
        Step.CAPTURE: provider.capture,
        Step.VOID: provider.void,
    }
    try:
        return calls[step](charge)
    except ProviderRefused as refusal:
        return provider.look_up(charge) or Outcome(State.DECLINED, "", refusal.detail)


def charge_of(payment: Payment, token: str = "") -> Charge:
    """The payment as its provider knows it."""
    order = payment.order
    return Charge(
        key=payment.pk.hex,
        amount=payment.amount_money,
        order_number=order.number,
        token=token,
        email=order.email,
        reference=payment.reference,
    )


@retried()
@transaction.atomic
def _recorded(payment_id: UUID, outcome: Outcome | None) -> tuple[Payment, Step]:
    """Write down what the provider says, and what that leads to."""
    payment = locked_payment(payment_id)
    if payment.is_received:
        return payment, Step.REST
    now = clock.db_now()
    payment.checked_at = now
    if outcome is None:
        step = _never_arrived(payment, now)
    else:
        payment.reference = outcome.reference or payment.reference
        step = _FOLLOWING[outcome.state](payment, outcome, now)
    if not payment.is_received:
        payment.save()
    return payment, step


def _never_arrived(payment: Payment, now: datetime) -> Step:
    """It may be on its way. Voiding takes care that it comes to nothing if it is."""
    if not payment.is_open:
        return Step.REST
    is_lost = now >= payment.created_at + settings.PAYMENT_LOST_AFTER
    return Step.VOID if is_lost or not is_wanted(payment, now) else Step.REST


def _waits(payment: Payment, outcome: Outcome, now: datetime) -> Step:
    """For the provider, or for the buyer."""
    return Step.REST if is_wanted(payment, now) else Step.VOID


def _authorised(payment: Payment, outcome: Outcome, now: datetime) -> Step:
    """From ``pay_by`` on nothing is captured any more, swept or not."""
    if not is_wanted(payment, now):
        return Step.VOID
    if payment.status == Payment.Status.PENDING:
        payment.status = Payment.Status.AUTHORISED
        tell(payment, "payment.authorised", now, amount=payment.amount)
    return Step.CAPTURE


def _captured(payment: Payment, outcome: Outcome, now: datetime) -> Step:
    """Money that is here is taken while the order waits, though it be late: its goods are reserved.

    Unless the buyer was told that this payment came to nothing: then there may be another one.
    """
    if payment.is_open and payment.order.status == Order.Status.AWAITING_PAYMENT:
        take_in(payment, now=now)
    else:
        set_aside(payment, now=now)
    return Step.REST


def _declined(payment: Payment, outcome: Outcome, now: datetime) -> Step:
    return _closed(payment, Payment.Status.FAILED, outcome.reason, now)


def _voided(payment: Payment, outcome: Outcome, now: datetime) -> Step:
    return _closed(payment, Payment.Status.VOIDED, outcome.reason, now)


def _closed(payment: Payment, status: Payment.Status, reason: str, now: datetime) -> Step:
    if payment.is_open:
        payment.status, payment.reason = status, reason[:200]
        tell(payment, f"payment.{status}", now, reason=payment.reason)
    return Step.REST


_FOLLOWING: dict[State, Callable[[Payment, Outcome, datetime], Step]] = {
    State.PENDING: _waits,
    State.ACTION_REQUIRED: _waits,
    State.AUTHORISED: _authorised,
    State.CAPTURED: _captured,
    State.DECLINED: _declined,
    State.VOIDED: _voided,
}
