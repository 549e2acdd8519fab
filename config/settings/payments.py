"""Who takes the money of orders, besides wallets."""

from datetime import timedelta

from config.settings.environment import env

STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", "")
STRIPE_PUBLISHABLE_KEY = env.str("STRIPE_PUBLISHABLE_KEY", "")
"""With it pages show Stripe's form for cards. It is no secret."""
STRIPE_SOURCES = {
    "script-src": ["'self'", "https://js.stripe.com"],
    "frame-src": ["https://js.stripe.com", "https://hooks.stripe.com"],
    "connect-src": ["'self'", "https://api.stripe.com"],
}
"""Whence that form comes, and where it sends what is entered there."""
STRIPE_API_BASE = env.str("STRIPE_API_BASE", "https://api.stripe.com").rstrip("/")
"""Elsewhere only to try out or test against a double of Stripe."""

PAYMENTS_REHEARSED = env.bool("PAYMENTS_REHEARSED", env.bool("DEBUG", False))
"""Whether numbers of test cards are taken for money. Never in production."""

PAYMENT_PROVIDERS: dict[str, str] = {}
"""Adapters by the method that they stand behind."""
if STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET:
    PAYMENT_PROVIDERS["stripe"] = "orders.payments.stripe.StripeProvider"
if PAYMENTS_REHEARSED:
    PAYMENT_PROVIDERS["test"] = "orders.payments.testing.Rehearsal"

PAYMENT_METHODS = env.list("PAYMENT_METHODS", default=["wallet", "invoice", *PAYMENT_PROVIDERS])
"""What shoppers choose from, in this order. A method that is left out is still settled and refunded."""

CARD_PAID_WITHIN = timedelta(minutes=env.int("CARD_PAID_WITHIN_MINUTES", 30))
INVOICE_PAID_WITHIN = timedelta(days=env.int("INVOICE_PAID_WITHIN_DAYS", 14))
"""How long an order that is not paid keeps what it reserved."""

PAYMENTS_CHECKED_AFTER = timedelta(seconds=env.int("PAYMENTS_CHECKED_AFTER_SECONDS", 60))
"""How long the sweep leaves a payment to whoever is at it."""
PAYMENT_LOST_AFTER = timedelta(seconds=env.int("PAYMENT_LOST_AFTER_SECONDS", 300))
"""A payment that its provider has not heard of by then will not be asked for any more."""

INVOICE_INSTRUCTIONS = env.str(
    "INVOICE_INSTRUCTIONS", "Pay to Mercat, IBAN GB33 BUKB 2020 1555 5555 55."
)
