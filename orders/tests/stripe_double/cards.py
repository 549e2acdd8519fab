"""Stripe's payment methods for tests: what becomes of whoever pays with them."""

from typing import Any

GOOD = {"pm_card_visa", "pm_card_mastercard"}
ASKED = {"pm_card_authenticationRequired", "pm_card_threeDSecure2Required"}
"""The bank wants to see the buyer first."""
SLOW = {"pm_double_processing"}
"""The double's own: for a status that cards of Stripe's do not show."""

DECLINED = {
    "pm_card_chargeDeclined": ("card_declined", "generic_decline", "Your card was declined."),
    "pm_card_chargeDeclinedInsufficientFunds": (
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    "pm_card_chargeDeclinedExpiredCard": (
        "expired_card",
        "expired_card",
        "Your card has expired.",
    ),
}
UNSEEN = ("payment_intent_authentication_failure", "", "The bank did not recognise you.")


def card_error(code: str, decline_code: str, message: str) -> dict[str, Any]:
    return {"type": "card_error", "code": code, "decline_code": decline_code, "message": message}
