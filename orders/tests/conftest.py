from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, transaction

from core.ids import uuid7
from core.money import Money
from orders.payments.provider import Charge
from orders.payments.stripe import StripeProvider
from orders.tests import doubles
from orders.tests.stripe_double import StripeDouble
from orders.tests.stripe_double.double import SECRET_KEY, WEBHOOK_SECRET

PRICE = Money(1999, "GBP")


@pytest.fixture
def refused() -> Callable[[Callable[[], object]], None]:
    """Demand that the database refuses a write, also what it only checks at the end of it."""

    def checked(write: Callable[[], object]) -> None:
        with transaction.atomic():
            write()
            transaction.get_connection().check_constraints()

    def refused(write: Callable[[], object]) -> None:
        with pytest.raises(DatabaseError):
            checked(write)

    return refused


@pytest.fixture
def provider(settings) -> doubles.Double:
    """The provider behind "test", which shoppers may choose."""
    settings.PAYMENT_PROVIDERS = {"test": "orders.tests.doubles.Double"}
    settings.PAYMENT_METHODS = ["wallet", "invoice", "test"]
    return doubles.renewed()


@pytest.fixture
def double() -> Iterator[StripeDouble]:
    with StripeDouble() as running:
        yield running


@pytest.fixture
def stripe(double: StripeDouble) -> Iterator[StripeProvider]:
    """Of little patience, so that tests need not wait."""
    provider = StripeProvider(
        SECRET_KEY, WEBHOOK_SECRET, api_base=double.address, timeout=(2.0, 1.0), retries=0
    )
    yield provider
    provider.close()


@pytest.fixture
def paying_with() -> Callable[..., Charge]:
    """A new charge of ``PRICE``, or of another amount or key."""

    def charge(token: str, *, amount: Money = PRICE, key: str = "") -> Charge:
        return Charge(key or uuid7().hex, amount, "M-100", token, "bob@example.com")

    return charge


@pytest.fixture
def charge(paying_with: Callable[..., Charge]) -> Charge:
    return paying_with("pm_card_visa")
