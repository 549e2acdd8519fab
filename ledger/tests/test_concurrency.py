"""Many at once, on PostgreSQL: the outcome is exact, not merely plausible."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import Conflict
from core.ids import uuid7
from core.money import Money
from ledger import errors
from ledger.chart import held, wallet
from ledger.models import Account, Entry, Hold, HoldResolution, Transaction
from ledger.queries import discrepancies
from ledger.services import (
    Line,
    Posted,
    Posting,
    capture_hold,
    new_hold,
    place_hold,
    post,
    post_batch,
    void_hold,
)
from ledger.testing import assert_books_balance
from ledger.tests.books import FUNDING, LATER, Pen, balance_of, fund, move, pot

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


def test_a_hold_ends_once_however_many_try() -> None:
    user = uuid7()
    fund(wallet(user, "GBP"), 1000)
    new = new_hold(user_id=user, amount=Money(400, "GBP"), purpose="race", lasting=None)
    hold = place_hold(new, key="hold", scope="tests", actor_id=user)

    def capture(n: int) -> Callable[[], Posted]:
        amount = Money(100, "GBP")
        return lambda: capture_hold(
            hold_id=hold.pk, amount=amount, to=BEN, key=f"c{n}", scope="tests", actor_id=None
        )

    def void(n: int) -> Callable[[], Posted]:
        return lambda: void_hold(hold_id=hold.pk, key=f"v{n}", scope="tests", actor_id=None)

    outcomes = race(*[job(n) for n in range(WORKERS // 2) for job in (capture, void)])

    assert [type(one) for one in outcomes].count(Posted) == 1
    assert [type(one) for one in outcomes].count(errors.HoldResolved) == WORKERS - 1
    captured = HoldResolution.objects.get().captured
    assert (balance_of(wallet(user, "GBP")), balance_of(BEN)) == (1000 - captured, captured)
    assert balance_of(held(user, "GBP")) == 0
    assert_books_balance()


def forge_hold(like: Hold, header: UUID) -> None:
    columns: dict[str, Any] = {"wallet_id": like.wallet_id, "held_id": like.held_id, "amount": 5}
    columns |= {"placed_by_id": header, "created_at": LATER, "id": uuid7()}
    Pen().insert("ledger_hold", purpose="forged", reference="", **columns)


def test_a_hold_added_to_a_transaction_that_commits_meanwhile_is_refused() -> None:
    user, written, added = uuid7(), Barrier(2), Barrier(2)
    fund(wallet(user, "GBP"), 1000)
    new = new_hold(user_id=user, amount=Money(400, "GBP"), purpose="race", lasting=None)
    placed = place_hold(new, key="hold", scope="tests", actor_id=user)
    header = uuid7()

    def author() -> None:
        with transaction.atomic():
            pen = Pen()
            pen.entry(header, 1, FUNDING, -10)
            pen.entry(header, 2, BEN, 10)
            pen.header(header)
            written.wait(timeout=10)
            added.wait(timeout=10)

    def intruder() -> None:
        with transaction.atomic():
            written.wait(timeout=10)
            forge_hold(placed, header)
            added.wait(timeout=10)
            Account.objects.locked().get(code=BEN.code)  # until the author has committed

    post(move(FUNDING, BEN, 1))
    outcomes = race(author, intruder)

    assert outcomes[0] is None
    assert "ledger_transaction_holds_tally" in str(outcomes[1])
    assert list(Hold.objects.all()) == [placed]


def until_somebody_waits() -> None:
    deadline = monotonic() + 10
    with connection.cursor() as cursor:
        while monotonic() < deadline:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone() == (True,):
                return
    raise TimeoutError("nobody waits for a lock")


def give_way_after(timeout: str) -> None:
    """Look for a deadlock, and be its victim, after so long a wait."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET deadlock_timeout = '{timeout}'")


def test_a_deadlock_with_somebody_who_locks_in_another_order_is_tried_again() -> None:
    fund(ANN, 100)
    fund(BEN, 100)
    locked = Barrier(2)

    def careless() -> None:
        with transaction.atomic():
            give_way_after("30s")
            Account.objects.select_for_update().get(code=BEN.code)
            locked.wait(timeout=10)
            until_somebody_waits()
            Account.objects.select_for_update().get(code=ANN.code)

    def careful() -> Posted:
        give_way_after("500ms")
        locked.wait(timeout=10)
        return post(move(ANN, BEN, 30))

    outcomes = race(careless, careful)

    assert outcomes[0] is None
    assert isinstance(outcomes[1], Posted)
    assert (balance_of(ANN), balance_of(BEN)) == (70, 130)
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
