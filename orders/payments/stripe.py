"""Cards by way of Stripe: PaymentIntents, authorised at once and captured by a call of their own.

How each call may be repeated without moving money twice:

- ``authorise`` and ``refund`` make something new, so they carry an idempotency key. Stripe forgets
  keys after a day; ``refund`` therefore also looks whether a refund bears its key.
- ``capture`` and ``void`` move an intent on, which Stripe does once: the second call is told where
  the intent stands. They carry no key of ours, as Stripe would repeat to it a stored 500 for a day.

A charge whose reference was never learnt is found in the *list* of intents made about then. Stripe's
search would do it in one request, but shows what was written with delay, and "there is none" must
be true: the order would be given up while the money stays reserved.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

import stripe
from django.conf import settings

from core.money import Money
from orders.errors import ProviderRefused, ProviderUnavailable, WebhookInvalid
from orders.payments.provider import Charge, Notice, Outcome, State
from orders.payments.stripe_amounts import from_stripe, to_stripe

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams

logger = logging.getLogger(__name__)

TIMEOUT = (3.05, 12.0)
"""Seconds to connect, and for each read."""
RETRIES = 2
"""Made by the SDK with the same idempotency key. With its pauses a call ends within a minute."""
SIGNATURE_TOLERANCE = 5 * 60
"""Seconds after which a webhook is too old, so that a recorded one cannot be sent again."""

KEY = "mercat_payment"
REFUND_KEY = "mercat_refund"
"""Names in Stripe's metadata, by which intents and refunds of ours are told from others."""

SECONDS_BEFORE, SECONDS_AFTER = 5 * 60, 60 * 60
"""How far Stripe's time of an intent may be from the payment's, which its key (a UUIDv7) holds."""

STATES = {
    "requires_payment_method": State.DECLINED,
    "requires_confirmation": State.PENDING,
    "requires_action": State.ACTION_REQUIRED,
    "processing": State.PENDING,
    "requires_capture": State.AUTHORISED,
    "succeeded": State.CAPTURED,
    "canceled": State.VOIDED,
}

NOT_NOW = {"balance_insufficient", "idempotency_key_in_use", "lock_timeout", "rate_limit"}
"""Codes of errors whose kind sounds final, but which pass."""
MOVED_ON = "payment_intent_unexpected_state"


@contextmanager
def _translated() -> Iterator[None]:
    """Stripe's errors as ours. Whatever is not known to be a refusal leaves the outcome unknown.

    That a key is not accepted is our fault and will be mended, which is why it is no refusal.
    """
    try:
        yield
    except (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.CardError) as error:
        logger.warning("Stripe refuses: %s", error)
        if error.code in NOT_NOW:
            raise ProviderUnavailable from error
        shown = error.user_message if isinstance(error, stripe.CardError) else None
        raise ProviderRefused(shown or "") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        logger.error("Stripe does not accept our key: %s", error)  # noqa: TRY400  # nothing to trace
        raise ProviderUnavailable from error
    except stripe.StripeError as error:
        logger.warning("Stripe does not answer: %s %s", type(error).__name__, error.request_id)
        raise ProviderUnavailable from error


class StripeProvider:
    """A client of its own: nothing of the SDK's global state is set or read."""

    def __init__(
        self,
        secret_key: str,
        webhook_secret: str,
        *,
        api_base: str = stripe.DEFAULT_API_BASE,
        timeout: tuple[float, float] = TIMEOUT,
        retries: int = RETRIES,
    ) -> None:
        self._webhook_secret = webhook_secret
        self._http = stripe.RequestsClient(timeout=timeout)
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base},
            max_network_retries=retries,
            http_client=self._http,
        )
        self._intents = self._client.v1.payment_intents

    @classmethod
    def configured(cls) -> "StripeProvider":
        """With the keys of the settings; one for the process, whose connections are used again."""
        return _shared(
            settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_API_BASE
        )

    def close(self) -> None:
        """Close this thread's connection to Stripe."""
        self._http.close()  # type: ignore[no-untyped-call]  # the SDK's

    @_translated()
    def authorise(self, charge: Charge) -> Outcome:
        try:
            intent = self._intents.create(_asked(charge), _once(charge))
        except stripe.CardError as error:
            return _declined(error)
        except stripe.IdempotencyError:
            return self._told_before(charge)
        if _is_replayed(intent):
            intent = self._read(intent.id)
        return _outcome(intent)

    @_translated()
    def capture(self, charge: Charge) -> Outcome:
        reference = self._reference(charge)
        try:
            intent = self._intents.capture(reference, {"expand": ["latest_charge"]})
        except stripe.InvalidRequestError as error:
            intent = self._moved_on(reference, error)
        return _outcome(intent)

    @_translated()
    def void(self, charge: Charge) -> Outcome:
        """Where no intent is found, the key is used up for an empty one, so that an authorisation
        which is still on its way is refused when it arrives."""
        intent = self._find(charge) or self._claim(charge)
        if intent is None:
            return Outcome(State.VOIDED, "")
        try:
            intent = self._intents.cancel(intent.id, {"expand": ["latest_charge"]})
        except stripe.InvalidRequestError as error:
            intent = self._moved_on(intent.id, error)
        return _outcome(intent)

    @_translated()
    def refund(self, charge: Charge, *, key: str, amount: Money) -> Outcome:
        reference = self._reference(charge)
        refund = self._refund_of(reference, key) or self._client.v1.refunds.create(
            {
                "payment_intent": reference,
                "amount": to_stripe(amount),
                "metadata": {KEY: charge.key, REFUND_KEY: key},
            },
            {"idempotency_key": f"{key}:refund"},
        )
        if refund.status in {"failed", "canceled"}:
            raise ProviderRefused("The card's bank did not take the money back.")
        return _outcome(self._read(reference))

    @_translated()
    def look_up(self, charge: Charge) -> Outcome | None:
        intent = self._find(charge)
        return _outcome(intent) if intent else None

    def parse_webhook(self, body: bytes, signature: str) -> Notice | None:
        try:
            event = self._client.construct_event(
                body, signature, self._webhook_secret, tolerance=SIGNATURE_TOLERANCE
            )
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise WebhookInvalid from error
        about = event.data.to_dict()["object"]
        key = (about.get("metadata") or {}).get(KEY)
        is_intent = about.get("object") == "payment_intent"
        reference = about.get("id" if is_intent else "payment_intent")
        return Notice(event.id, key, reference or "", event.type) if key else None

    def _find(self, charge: Charge) -> stripe.PaymentIntent | None:
        if charge.reference:
            return self._read(charge.reference)
        made = (UUID(charge.key).int >> 80) // 1000
        listed = self._intents.list(
            {
                "created": {"gte": made - SECONDS_BEFORE, "lte": made + SECONDS_AFTER},
                "limit": 100,
                "expand": ["data.latest_charge"],
            }
        )
        ours = (i for i in listed.auto_paging_iter() if _metadata(i).get(KEY) == charge.key)
        return next(ours, None)

    def _read(self, reference: str) -> stripe.PaymentIntent:
        return self._intents.retrieve(reference, {"expand": ["latest_charge"]})

    def _reference(self, charge: Charge) -> str:
        if charge.reference:
            return charge.reference
        if intent := self._find(charge):
            return intent.id
        raise ProviderRefused("There is no such charge.")

    def _told_before(self, charge: Charge) -> Outcome:
        """What became of the request that this charge's key was used for."""
        intent = self._find(charge)
        if intent is None:
            raise ProviderRefused("This payment was asked for before, in other words.")
        return _outcome(intent)

    def _claim(self, charge: Charge) -> stripe.PaymentIntent | None:
        """An intent that nobody can pay, or whatever came before it; None if that left nothing."""
        try:
            return self._intents.create(_bare(charge), _once(charge))
        except (stripe.IdempotencyError, stripe.CardError):
            return self._find(charge)

    def _moved_on(self, reference: str, error: stripe.InvalidRequestError) -> stripe.PaymentIntent:
        """Where the intent stands, if it is for that reason that it cannot be moved."""
        if error.code != MOVED_ON:
            raise error
        return self._read(reference)

    def _refund_of(self, reference: str, key: str) -> stripe.Refund | None:
        made = self._client.v1.refunds.list({"payment_intent": reference, "limit": 100})
        ours = (r for r in made.auto_paging_iter() if _metadata(r).get(REFUND_KEY) == key)
        return next(ours, None)


@cache
def _shared(secret_key: str, webhook_secret: str, api_base: str) -> StripeProvider:
    return StripeProvider(secret_key, webhook_secret, api_base=api_base)


def _once(charge: Charge) -> stripe.RequestOptions:
    return {"idempotency_key": f"{charge.key}:authorise"}


def _bare(charge: Charge) -> "PaymentIntentCreateParams":
    return {
        "amount": to_stripe(charge.amount),
        "currency": charge.amount.currency.lower(),
        "capture_method": "manual",
        "allowed_payment_method_types": ["card"],
        "description": f"Order {charge.order_number}",
        "metadata": {KEY: charge.key, "order": charge.order_number},
    }


def _asked(charge: Charge) -> "PaymentIntentCreateParams":
    asked: PaymentIntentCreateParams = {
        **_bare(charge),
        "payment_method": charge.token,
        "confirm": True,
        "use_stripe_sdk": True,  # the buyer's browser shows what the bank asks, without leaving
        "expand": ["latest_charge"],
    }
    if charge.email:
        asked["receipt_email"] = charge.email
    return asked


def _is_replayed(intent: stripe.PaymentIntent) -> bool:
    """Whether Stripe repeats what it said the first time, which may no longer be so."""
    answer = intent.last_response
    return answer is not None and answer.headers.get("Idempotent-Replayed") == "true"


def _metadata(thing: stripe.PaymentIntent | stripe.Refund) -> dict[str, str]:
    return thing.metadata.to_dict() if thing.metadata else {}


def _declined(error: stripe.CardError) -> Outcome:
    """Stripe's message about a card is written for people."""
    intent = error.error.payment_intent if error.error else None
    return Outcome(State.DECLINED, intent.id if intent else "", reason=error.user_message or "")


def _outcome(intent: stripe.PaymentIntent) -> Outcome:
    state = STATES.get(intent.status, State.PENDING)
    failure = intent.last_payment_error
    return Outcome(
        state,
        intent.id,
        reason=(failure.message or "") if failure and state == State.DECLINED else "",
        secret=(intent.client_secret or "") if state == State.ACTION_REQUIRED else "",
        refunded=_refunded(intent),
    )


def _refunded(intent: stripe.PaymentIntent) -> int:
    charged = intent.latest_charge
    if not isinstance(charged, stripe.Charge):
        return 0
    return from_stripe(charged.amount_refunded, intent.currency.upper())
