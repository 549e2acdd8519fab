"""Many at once, on PostgreSQL: the outcome is exact, not merely plausible."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import Conflict
from core.ids import uuid7
from ledger import errors
from ledger.models import Account, Entry, Transaction
from ledger.queries import discrepancies
from ledger.services import Line, Posted, Posting, post, post_batch
from ledger.testing import assert_books_balance
from ledger.tests.books import FUNDING, Pen, balance_of, fund, move, pot

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("races"),
]

ANN, BEN = pot("ann"), pot("ben")

WORKERS = 8


def race(*jobs: Callable[[], Any]) -> list[Any]:
    """Start all jobs at the same moment, each on its own connection; results or errors in order."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        start.wait(timeout=10)
        try:
            return job()
        except (Conflict, IntegrityError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_transfers_in_opposite_directions_lose_nothing() -> None:
    fund(ANN, 1000)
    fund(BEN, 1000)

    def back_and_forth(source: Any, target: Any) -> Callable[[], None]:
        def job() -> None:
            for _ in range(15):
                post(move(source, target, 3))

        return job

    outcomes = race(*[back_and_forth(ANN, BEN), back_and_forth(BEN, ANN)] * (WORKERS // 2))

    assert outcomes == [None] * WORKERS
    assert Transaction.objects.count() == 2 + 15 * WORKERS
    assert (balance_of(ANN), balance_of(BEN)) == (1000, 1000)
    assert Account.objects.get(code=ANN.code).version == 1 + 15 * WORKERS
    assert_books_balance()


def test_one_key_from_many_has_one_effect() -> None:
    fund(ANN, 1000)
    posting = move(ANN, BEN, 300, key="once")

    outcomes = race(*[lambda: post(posting)] * WORKERS)

    assert [one.replayed for one in outcomes].count(False) == 1
    assert len({one.transaction_id for one in outcomes}) == 1
    assert all(one.balances == outcomes[0].balances for one in outcomes)
    assert (balance_of(ANN), balance_of(BEN)) == (700, 300)
    assert_books_balance()


def test_one_key_for_money_of_different_accounts_has_one_effect() -> None:
    pots = [pot(f"pot{n}") for n in range(WORKERS)]

    outcomes = race(*[lambda one=one: post(move(FUNDING, one, 5, key="once")) for one in pots])

    assert [type(one) for one in outcomes].count(Posted) == 1
    assert [type(one) for one in outcomes].count(errors.IdempotencyMismatch) == WORKERS - 1
    assert balance_of(FUNDING) == -5
    assert_books_balance()


def test_one_key_without_any_common_account_has_one_effect() -> None:
    pairs = [(pot(f"from{n}", floor=None), pot(f"to{n}")) for n in range(WORKERS)]

    outcomes = race(
        *[lambda pair=pair: post(move(pair[0], pair[1], 5, key="once")) for pair in pairs]
    )

    assert [type(one) for one in outcomes].count(Posted) == 1
    assert [type(one) for one in outcomes].count(errors.IdempotencyMismatch) == WORKERS - 1
    assert Transaction.objects.count() == 1
    assert Account.objects.count() == 2
    assert_books_balance()


def test_an_account_is_overdrawn_by_nobody() -> None:
    fund(ANN, 100)

    outcomes = race(*[lambda: post(move(ANN, BEN, 30))] * WORKERS)

    assert [type(one) for one in outcomes].count(Posted) == 3
    assert [type(one) for one in outcomes].count(errors.InsufficientFunds) == WORKERS - 3
    assert (balance_of(ANN), balance_of(BEN)) == (10, 90)
    assert_books_balance()


def test_a_transaction_is_reversed_by_one() -> None:
    fund(ANN, 100)
    fund(BEN, 1000)
    original = post(move(ANN, BEN, 30)).transaction_id
    lines = (Line(BEN, -30), Line(ANN, 30))

    outcomes = race(
        *[
            lambda n=n: post(Posting("reversal", f"undo {n}", lines, reverses=original))
            for n in range(WORKERS)
        ]
    )

    assert [type(one) for one in outcomes].count(Posted) == 1
    assert [type(one) for one in outcomes].count(errors.AlreadyReversed) == WORKERS - 1
    assert balance_of(ANN) == 100
    assert_books_balance()


def test_batches_over_the_same_accounts_queue() -> None:
    pots = [pot(f"pot{n}") for n in range(6)]

    def batch(n: int) -> Callable[[], list[Posted]]:
        order = pots if n % 2 else pots[::-1]
        return lambda: post_batch([move(FUNDING, one, 5) for one in order])

    outcomes = race(*[batch(n) for n in range(WORKERS)])

    assert all(len(one) == 6 for one in outcomes)
    assert [balance_of(one) for one in pots] == [5 * WORKERS] * 6
    assert_books_balance()


@pytest.mark.parametrize(("line_no", "lines"), [(2, 2), (3, 3)])
def test_nobody_adds_a_line_to_a_transaction_that_they_cannot_see(line_no: int, lines: int) -> None:
    fund(ANN, 100)
    header, written = uuid7(), Barrier(2)

    def author() -> None:
        with transaction.atomic():
            pen = Pen()
            pen.entry(header, 1, ANN, -10)
            pen.entry(header, 2, FUNDING, 10)
            pen.header(header)
            written.wait(timeout=10)

    def intruder() -> None:
        written.wait(timeout=10)
        with transaction.atomic():
            Pen().entry(header, line_no, BEN, 10, lines=lines)

    post(move(ANN, BEN, 1))
    outcomes = race(author, intruder)

    assert outcomes[0] is None
    assert isinstance(outcomes[1], IntegrityError)
    assert Entry.objects.filter(transaction_id=header).count() == 2
    assert {found.rule for found in discrepancies()} == {"hash chain"}  # the pen cannot hash
