"""Stripe's minor units, which are not ISO 4217's for every currency (docs.stripe.com/currencies)."""

from core.money import THREE_DECIMALS, Money, exponent
from orders.errors import ProviderRefused

PLACES = {"ISK": 2, "UGX": 2, "MGA": 0}
"""Where Stripe counts otherwise than ISO."""


def to_stripe(money: Money) -> int:
    """As Stripe counts it.

    :raises ProviderRefused: Stripe has no such fraction; of three decimals it wants the last as 0.
    """
    amount, rest = divmod(money.amount * _scale(money.currency), _scale_of_ours(money.currency))
    if rest or (money.currency in THREE_DECIMALS and amount % 10):
        raise ProviderRefused(f"Cards cannot be charged {money.display()} exactly.")
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """Our minor units of what Stripe counts so."""
    return amount * _scale_of_ours(currency) // _scale(currency)


def _scale(currency: str) -> int:
    """How many of Stripe's minor units make a major one."""
    return int(10 ** PLACES.get(currency, exponent(currency)))


def _scale_of_ours(currency: str) -> int:
    return int(10 ** exponent(currency))
