"""Which payment methods there are, who stands behind each, and what shoppers may choose from."""

from django.conf import settings
from django.utils.module_loading import import_string

from orders.errors import AccountNeeded, PaymentMethodNotOffered, PaymentProviderUnknown
from orders.models import Payment
from orders.payments.provider import Provider

Method = Payment.Method


def is_outside(method: str) -> bool:
    """Whether somebody outside is asked for the money, over the network."""
    return method not in {Method.WALLET, Method.DIRECT, Method.INVOICE}


def provider_of(name: str) -> Provider:
    """The adapter called ``name``, which is also the method that it stands behind.

    :raises PaymentProviderUnknown: the settings name none.
    """
    path = settings.PAYMENT_PROVIDERS.get(name)
    if path is None:
        raise PaymentProviderUnknown
    provider: Provider = import_string(path).configured()
    return provider


def offered(*, is_guest: bool = False) -> list[tuple[str, str]]:
    """Methods and their labels, in the order of ``settings.PAYMENT_METHODS``. No guest has a wallet."""
    methods = [
        name for name in settings.PAYMENT_METHODS if not (is_guest and name == Method.WALLET)
    ]
    return [(name, Method(name).label) for name in methods]


def check_offered(method: str, *, is_guest: bool) -> None:
    """
    :raises PaymentMethodNotOffered: shoppers may not choose it here.
    :raises AccountNeeded: guests may not.
    """
    if method not in settings.PAYMENT_METHODS:
        raise PaymentMethodNotOffered(field="payment_method")
    if is_guest and method == Method.WALLET:
        raise AccountNeeded(field="payment_method")
