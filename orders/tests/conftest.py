from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction


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
