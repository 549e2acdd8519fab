"""Books that are sealed, to tamper with."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from core import guards
from ledger import services
from ledger.chart import wallet
from ledger.keys import trusted_keys
from ledger.models import Transaction
from ledger.tests.books import Pen, fund, move, pot
from ledger.tests.held import place, void
from ledger.verification import Finding, Verification

ANN, BEN = pot("ann"), pot("ben")
USER = UUID(int=7)


def fill_books() -> None:
    """Nine transactions in two seals, then one that is not sealed."""
    fund(ANN, 1000)
    lunch = services.post(move(ANN, BEN, 300, key="lunch"))
    services.reverse_transaction(
        transaction_id=lunch.transaction_id, reason="cold", key="back", scope="t", actor_id=USER
    )
    fund(wallet(USER, "GBP"), 500)
    void(place(USER, 200))
    place(USER, 50, lasting=timedelta(days=1))
    services.seal_transactions()
    services.post(move(ANN, BEN, 10, key="tea"))
    services.post(move(ANN, BEN, 20, key="cake"))
    services.seal_transactions()
    services.post(move(ANN, BEN, 40, key="late"))


def pk_of(key: str) -> UUID:
    return Transaction.objects.get(idem_key=key).pk


def verification(**options: Any) -> Verification:
    return Verification(trusted_keys(), **options)


def first(**options: Any) -> Finding | None:
    return verification(**options).first()


@contextmanager
def unguarded() -> Iterator[Pen]:
    """Without guards, foreign keys and checks, as the owner of the tables could; undone at the end."""
    pen = Pen()
    connection.check_constraints()
    with transaction.atomic():
        if connection.vendor == "sqlite":
            guards.drop()
            pen.write("PRAGMA ignore_check_constraints = ON")
        else:
            pen.write("SET LOCAL session_replication_role = replica")
            pen.write(DROP_CHECKS)
        yield pen
        assert pen.refusals == []
        transaction.set_rollback(True)
    if connection.vendor == "sqlite":
        pen.write("PRAGMA ignore_check_constraints = OFF")


DROP_CHECKS = """
DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
              WHERE contype = 'c' AND conrelid::regclass::text LIKE 'ledger_%' LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.owner, one.conname);
  END LOOP;
END $$
"""
