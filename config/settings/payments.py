"""Who takes the money of orders, besides wallets."""

from config.settings.environment import env

STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", "")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", "https://api.stripe.com").rstrip("/")
"""Elsewhere only to try out or test against a double of Stripe."""

PAYMENTS_REHEARSED = env.bool("PAYMENTS_REHEARSED", env.bool("DEBUG", False))
"""Whether numbers of test cards are taken for money. Never in production."""
