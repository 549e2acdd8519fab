"""What the shop asks of whoever takes the money. Adapters know their provider and nothing of orders.

Every call goes over the network: never inside a transaction. Each is idempotent by the charge's
key, so that whoever does not know what became of a call makes it again.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.money import Money


class State(StrEnum):
    """What the provider says of a charge."""

    PENDING = "pending"
    ACTION_REQUIRED = "action_required"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    DECLINED = "declined"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class Charge:
    """What is asked for.

    ``key`` is the payment's id in hex: the root of the provider's idempotency keys, and part of its
    metadata, so that a charge is found again whose ``reference`` (the provider's id) was never
    learnt. ``token`` stands for the card; no number of one ever comes here.
    """

    key: str
    amount: Money
    order_number: str
    token: str
    email: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a charge.

    ``reason`` is for people, ``secret`` is what the buyer's browser needs to go on (3-D Secure),
    ``refunded`` is the sum given back so far, in minor units.
    """

    state: State
    reference: str
    reason: str = ""
    secret: str = ""
    refunded: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified webhook: which charge to look at again.

    It carries no state on purpose, so that neither order nor repetition of webhooks matters.
    """

    event_id: str
    key: str
    reference: str
    kind: str


class Provider(Protocol):
    """Every method but ``parse_webhook`` raises:

    :raises ProviderUnavailable: nobody knows what became of it; make the same call again later.
    :raises ProviderRefused: it was not done, and will not be done however often it is asked.
    """

    def authorise(self, charge: Charge) -> Outcome:
        """Reserve the amount on the card behind ``token``. A decline is an outcome, no error."""

    def capture(self, charge: Charge) -> Outcome:
        """Take what was authorised."""

    def void(self, charge: Charge) -> Outcome:
        """Let go of what was authorised, or of what waits for the buyer."""

    def refund(self, charge: Charge, *, key: str, amount: Money) -> Outcome:
        """Give ``amount`` of what was captured back, once for each ``key``."""

    def look_up(self, charge: Charge) -> Outcome | None:
        """What became of it; None if it never arrived. Changes nothing."""

    def parse_webhook(self, body: bytes, signature: str) -> Notice | None:
        """Check that the provider sent it; None if it is about no charge of ours.

        :raises WebhookInvalid: it was not sent by the provider, or too long ago.
        """
