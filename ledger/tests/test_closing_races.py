"""Closing and posting at once, on PostgreSQL, in both orders."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event

import pytest
from django.db import connection, transaction

from core.ids import uuid7
from core.locks import lock_out_writers
from core.testing import Clocks
from ledger import errors
from ledger.models import PeriodClose, Transaction
from ledger.services import approve_reversal, post, reject_reversal, request_reversal
from ledger.services.closing import reports_of
from ledger.testing import assert_books_balance
from ledger.tests.books import FUNDING, fund, move
from ledger.tests.months import BEN, LAST_OF_JANUARY, close, day, two_months
from ledger.tests.test_concurrency import race
from ledger.tests.threads import PATIENCE, running

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("races"),
]

LATE = replace(move(FUNDING, BEN, 70, key="late"), effective_at=day(1, 20))

WAITING = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'ledger_transaction'::regclass"
)


def until_somebody_waits() -> None:
    """Returns when a session queues for the table of transactions."""
    with connection.cursor() as cursor:
        for _ in range(100_000):
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("Nobody waits.")


def test_the_close_waits_for_a_posting_under_way_and_counts_it() -> None:
    two_months()

    def posting(ready: Event, go_on: Event) -> None:
        with transaction.atomic():
            post(LATE)
            ready.set()
            assert go_on.wait(PATIENCE)

    posted, go_on = Event(), Event()
    with running(lambda: posting(posted, go_on), lambda: _after(posted, close)):
        until_somebody_waits()
        assert not PeriodClose.objects.exists()
        go_on.set()

    january = PeriodClose.objects.get()
    assert b'"wallet":{"credit":"80.70"' in bytes(january.reports)
    assert reports_of(january.starts_at, january.ends_at) == bytes(january.reports)
    assert_books_balance()


def test_a_posting_waits_for_a_close_under_way_and_is_refused() -> None:
    two_months()
    refusals = []

    def closing(ready: Event, go_on: Event) -> None:
        with transaction.atomic():
            close()
            ready.set()
            assert go_on.wait(PATIENCE)

    def late() -> None:
        with pytest.raises(errors.PeriodClosed) as refusal:
            post(LATE)
        refusals.append(refusal.value)

    closed, go_on = Event(), Event()
    with running(lambda: closing(closed, go_on), lambda: _after(closed, late)):
        until_somebody_waits()
        go_on.set()

    january = PeriodClose.objects.get()
    assert len(refusals) == 1
    assert not Transaction.objects.filter(idem_key="late").exists()
    assert reports_of(january.starts_at, january.ends_at) == bytes(january.reports)
    assert_books_balance()


def test_a_posting_that_a_close_overtakes_is_recorded_in_the_open_month(clocks: Clocks) -> None:
    clocks.stop_at(LAST_OF_JANUARY)
    fund(BEN, 5)

    def closing(ready: Event, go_on: Event) -> None:
        with transaction.atomic():
            lock_out_writers("ledger_transaction")
            ready.set()
            assert go_on.wait(PATIENCE)
            close()

    locked, go_on = Event(), Event()
    with running(lambda: closing(locked, go_on), lambda: _after(locked, lambda: fund(BEN, 70))):
        until_somebody_waits()  # with January's time in hand
        clocks.stop_at(day(2, 5))
        go_on.set()

    dates = Transaction.objects.order_by("effective_at").values_list("effective_at", flat=True)
    assert list(dates) == [LAST_OF_JANUARY, day(2, 5)]
    assert_books_balance()


def test_many_closers_close_a_month_once() -> None:
    two_months()

    outcomes = race(*[close] * 6)

    assert [type(one) for one in outcomes].count(errors.PeriodNotClosable) == 5
    assert PeriodClose.objects.count() == 1


def test_of_many_deciders_one_decides() -> None:
    asked = request_reversal(
        transaction_id=fund(BEN, 70).transaction_id, reason="Twice", actor_id=uuid7()
    )

    def decide(decision: Callable[..., object]) -> Callable[[], object]:
        return lambda: decision(request_id=asked.pk, reason="Seen", actor_id=uuid7())

    outcomes = race(*[decide(approve_reversal), decide(reject_reversal)] * 3)

    refused = [one for one in outcomes if isinstance(one, errors.ReversalRequestDecided)]
    assert len(refused) == 5
    asked.refresh_from_db()
    assert Transaction.objects.filter(reverses=asked.transaction_id).exists() == (
        asked.decision == "approved"
    )
    assert_books_balance()


def _after(event: Event, job: Callable[[], object]) -> None:
    assert event.wait(PATIENCE)
    job()
