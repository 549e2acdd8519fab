from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction

from orders.tests import doubles


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
def double(settings) -> doubles.Double:
    """The provider behind "test", which shoppers may choose."""
    settings.PAYMENT_PROVIDERS = {"test": "orders.tests.doubles.Double"}
    settings.PAYMENT_METHODS = ["wallet", "invoice", "test"]
    return doubles.renewed()
