"""Books to attack, and what it means that an attack was refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from ledger.models import Account, Transaction
from ledger.services import post
from ledger.tests.books import Pen, fund, move, pot, rows

ANN, BEN, EVE = pot("ann"), pot("ben"), pot("eve", "EUR")
FROZEN = pot("frozen")

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


class Unchanged(DatabaseError):
    """The attack ran through, without any effect."""


def open_books() -> None:
    """Ann has 8.00 of 10.00, Ben 2.00, Eve 5.00 EUR, and Frozen 1.00 that nobody may move."""
    fund(ANN, 1000)
    fund(EVE, 500)
    fund(FROZEN, 100)
    post(move(ANN, BEN, 200, key="lunch"))
    Account.objects.filter(code=FROZEN.code).update(status="frozen")
    connection.check_constraints()


@contextmanager
def refused(rule: str) -> Iterator[Pen]:
    before, pen = rows(), Pen()
    with pytest.raises(DatabaseError) as caught, transaction.atomic():  # noqa: PT012  # any step of it
        yield pen
        connection.check_constraints()  # what COMMIT would do
        if rows() == before:
            raise Unchanged
    assert any(name in f"{pen.refusals} {caught.value}" for name in rule.split("|"))
    assert rows() == before


def lunch() -> UUID:
    return Transaction.objects.get(idem_key="lunch").pk
