"""Cards for trying out: the number decides what becomes of the charge, and no money moves.

What a provider would remember stands in the database, as an answer that a key got, so that every
process sees the same and a process that dies loses nothing of it.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import QuerySet

from core import clock
from core.models import IdempotencyRecord
from core.money import Money
from orders.errors import ProviderRefused, ProviderUnavailable, WebhookInvalid
from orders.payments.provider import Charge, Notice, Outcome, State

GOOD = "4242424242424242"
DECLINED = "4000000000000002"
SHORT_OF_FUNDS = "4000000000009995"
ASKED = "4000002500003155"
"""The bank wants to see the buyer first: see ``Rehearsal.confirm``."""
ANSWER_LOST = "4000000000000408"
"""Is authorised, but whoever asked hears of it only by asking again. (408 as HTTP's time-out.)"""

SCOPE = "rehearsed-payments"
KEPT = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Account:
    """What is remembered of one charge. ``refunds`` are minor units by key."""

    state: State
    amount: int = 0
    reason: str = ""
    refunds: dict[str, int] = field(default_factory=dict)


CARDS = {
    GOOD: Account(State.AUTHORISED),
    ANSWER_LOST: Account(State.AUTHORISED),
    ASKED: Account(State.ACTION_REQUIRED),
    DECLINED: Account(State.DECLINED, reason="Your card was declined."),
    SHORT_OF_FUNDS: Account(State.DECLINED, reason="Your card has insufficient funds."),
}
UNKNOWN = Account(State.DECLINED, reason="This is not the number of a test card.")


class Rehearsal:
    """:raises ImproperlyConfigured: ``PAYMENTS_REHEARSED`` is off, as in production."""

    def __init__(self) -> None:
        if not settings.PAYMENTS_REHEARSED:
            raise ImproperlyConfigured("Test cards are no money: PAYMENTS_REHEARSED is off.")

    @classmethod
    def configured(cls) -> Self:
        return cls()

    def authorise(self, charge: Charge) -> Outcome:
        number = charge.token.replace(" ", "")
        asked = replace(CARDS.get(number, UNKNOWN), amount=charge.amount.amount)
        account, is_new = _opened(charge.key, asked)
        if is_new and number == ANSWER_LOST:
            raise ProviderUnavailable
        return _outcome(charge.key, account)

    def capture(self, charge: Charge) -> Outcome:
        return _moved(charge.key, _captured)

    def void(self, charge: Charge) -> Outcome:
        """Of what never arrived it is remembered that it may not arrive any more."""
        _opened(charge.key, Account(State.VOIDED, charge.amount.amount))
        return _moved(charge.key, _voided)

    def refund(self, charge: Charge, *, key: str, amount: Money) -> Outcome:
        return _moved(charge.key, lambda account: _refunded(account, key, amount.amount))

    def look_up(self, charge: Charge) -> Outcome | None:
        record = _records(charge.key).first()
        return _outcome(charge.key, _read(record)) if record else None

    def confirm(self, secret: str) -> Outcome:
        """Be the buyer who answers the bank. ``secret`` is the outcome's.

        :raises ProviderRefused: no charge has this secret.
        """
        return _moved(secret.removeprefix("secret_"), _confirmed)

    def parse_webhook(self, body: bytes, signature: str) -> Notice | None:
        """Sends none: whoever claims to have one from here is lying."""
        raise WebhookInvalid


def _captured(account: Account) -> Account:
    return _if(account, {State.AUTHORISED}, State.CAPTURED)


def _voided(account: Account) -> Account:
    return _if(account, set(State) - {State.CAPTURED}, State.VOIDED)


def _confirmed(account: Account) -> Account:
    return _if(account, {State.ACTION_REQUIRED}, State.AUTHORISED)


def _if(account: Account, before: set[State], after: State) -> Account:
    return replace(account, state=after) if account.state in before else account


def _refunded(account: Account, key: str, amount: int) -> Account:
    if account.state != State.CAPTURED:
        raise ProviderRefused("There is nothing to give back.")
    refunds = account.refunds if key in account.refunds else {**account.refunds, key: amount}
    if sum(refunds.values()) > account.amount:
        raise ProviderRefused("This is more than was charged.")
    return replace(account, refunds=refunds)


def _opened(key: str, account: Account) -> tuple[Account, bool]:
    """What is remembered of the charge, and whether that begins now."""
    at = clock.now()
    record, is_new = IdempotencyRecord.objects.get_or_create(
        scope=SCOPE,
        key=key,
        defaults={
            "fingerprint": "",
            "status": 200,
            "content_type": "application/json",
            "body": json.dumps(asdict(account)),
            "created_at": at,
            "expires_at": at + KEPT,
        },
    )
    return _read(record), is_new


@transaction.atomic
def _moved(key: str, change: Callable[[Account], Account]) -> Outcome:
    record = _records(key).select_for_update().first()
    if record is None:
        raise ProviderRefused("There is no such charge.")
    account = change(_read(record))
    _records(key).update(body=json.dumps(asdict(account)))
    return _outcome(key, account)


def _records(key: str) -> QuerySet[IdempotencyRecord]:
    return IdempotencyRecord.objects.filter(scope=SCOPE, key=key)


def _read(record: IdempotencyRecord) -> Account:
    remembered = json.loads(record.body)
    return Account(**remembered | {"state": State(remembered["state"])})


def _outcome(key: str, account: Account) -> Outcome:
    return Outcome(
        account.state,
        f"rehearsed_{key}",
        reason=account.reason if account.state == State.DECLINED else "",
        secret=f"secret_{key}" if account.state == State.ACTION_REQUIRED else "",
        refunded=sum(account.refunds.values()),
    )
