"""What is and was on an account: exact, repeatable where it says so, and indifferent to shards."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Condition, Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core import clock
from core.money import Money
from ledger import queries
from ledger.chart import AccountSpec
from ledger.models import Account, Entry
from ledger.queries.settled import settled
from ledger.services import Balance, post, post_batch
from ledger.testing import assert_books_balance
from ledger.tests.books import FUNDING, fund, move, pot
from ledger.tests.threads import PATIENCE, beside, running

ANN, BEN = pot("ann"), pot("ben")
MICROSECOND = timedelta(microseconds=1)


def pounds(minor: int) -> Money:
    return Money(minor, "GBP")


def till(n: int) -> AccountSpec:
    """The ``n``-th shard of ``till``."""
    return AccountSpec(f"till#{n}", Account.Kind.CLEARING, "GBP", min_balance=None, tier=1)


@pytest.mark.django_db
def test_balance_at_a_version_and_now() -> None:
    fund(ANN, 100)
    post(move(ANN, BEN, 30))

    assert queries.balance_now(ANN.code) == Balance(ANN.code, pounds(70), 2)
    assert queries.balance_at_version(ANN.code, 0) == Balance(ANN.code, pounds(0), 0)
    assert queries.balance_at_version(ANN.code, 1) == Balance(ANN.code, pounds(100), 1)
    with pytest.raises(Entry.DoesNotExist):
        queries.balance_at_version(ANN.code, 3)
    for ask in (queries.balance_now, lambda code: queries.balance_at(code, clock.db_now())):
        with pytest.raises(Account.DoesNotExist, match="nowhere"):
            ask("nowhere")


@pytest.mark.django_db
def test_balance_at_an_instant_includes_it() -> None:
    at = fund(ANN, 100).recorded_at
    later = post(move(ANN, BEN, 30)).recorded_at

    def shown(at: datetime) -> tuple[int, int, datetime]:
        found = queries.balance_at(ANN.code, at)
        return found.balance.amount, found.version, found.at

    assert shown(at - MICROSECOND) == (0, 0, at - MICROSECOND)
    assert shown(at) == (100, 1, at)
    assert shown(later - MICROSECOND) == (100, 1, later - MICROSECOND)
    assert shown(later) == (70, 2, later)


@pytest.mark.django_db
def test_a_split_account_is_the_sum_of_its_shards() -> None:
    first = post(move(till(0), ANN, 100)).recorded_at
    plain = AccountSpec("till", Account.Kind.CLEARING, "GBP", min_balance=None, tier=1)
    post_batch([move(till(0), ANN, 10), move(till(15), ANN, 5), move(plain, ANN, 1)])
    post(move(till(16), ANN, 1000))  # no shard: there are sixteen

    assert queries.balance_now("till") == Balance("till", pounds(-116), 4)
    assert queries.balance_at("till", first).balance == pounds(-100)
    found = queries.balance_at("till", clock.db_now())
    assert (found.code, found.balance, found.version) == ("till", pounds(-116), 4)
    assert queries.balance_now("till#15") == Balance("till#15", pounds(-5), 1)
    with CaptureQueriesContext(connection) as captured:
        queries.balance_now("till")
    assert len(captured) == 1


@pytest.mark.django_db
def test_a_later_entry_makes_an_answer_stable() -> None:
    at = fund(ANN, 100).recorded_at
    with transaction.atomic():
        assert queries.balance_at(ANN.code, at).stable is (connection.vendor == "sqlite")
        post(move(ANN, BEN, 30))
        assert queries.balance_at(ANN.code, at).stable is True


@pytest.mark.django_db
def test_a_later_entry_says_nothing_about_shards_to_come() -> None:
    at = post(move(till(0), ANN, 100)).recorded_at
    post(move(till(0), ANN, 10))

    assert queries.balance_at("till", at).stable is (connection.vendor == "sqlite")


@pytest.mark.django_db
def test_the_future_is_never_stable() -> None:
    fund(ANN, 100)

    assert queries.balance_at(ANN.code, datetime(2100, 1, 1, tzinfo=UTC)).stable is False


@pytest.mark.django_db(transaction=True)
def test_the_past_is_stable_when_nobody_writes() -> None:
    at = fund(ANN, 100).recorded_at

    assert queries.balance_at(ANN.code, at).stable is True
    with settled() as horizon:
        assert at < horizon <= clock.db_now()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_who_begins_first_and_posts_last_is_recorded_last() -> None:
    """The failure of ledgers that stamp a transaction with the time at which it began."""

    def slow(ready: Event, go_on: Event) -> None:
        with transaction.atomic():
            Account.objects.count()
            ready.set()
            assert go_on.wait(PATIENCE)
            post(move(FUNDING, ANN, 5))

    def quick() -> None:
        with transaction.atomic():
            fund(ANN, 100)

    beside(slow, quick)

    now = queries.balance_now(ANN.code)
    assert (now.balance, now.version) == (pounds(105), 2)
    past = queries.balance_at(ANN.code, clock.db_now())
    assert (past.balance, past.version) == (now.balance, now.version)
    entries = Entry.objects.filter(account__code=ANN.code).order_by("recorded_at")
    assert [entry.amount for entry in entries] == [100, 5]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_an_answer_that_a_pending_posting_will_change_is_said_to_be_unstable() -> None:
    fund(ANN, 100)
    fund(BEN, 100)
    before = clock.db_now()
    answers = []

    def pending(ready: Event, go_on: Event) -> None:
        with transaction.atomic():
            fund(ANN, 5)
            ready.set()
            assert go_on.wait(PATIENCE)

    def ask() -> None:
        answers.extend([queries.balance_at(ANN.code, at) for at in (before, clock.db_now())])

    beside(pending, ask)

    early, late = answers
    assert (early.stable, early.balance) == (True, pounds(100))
    assert (late.stable, late.balance) == (False, pounds(100))
    again = queries.balance_at(ANN.code, late.at)
    assert (again.stable, again.balance) == (True, pounds(105))
    assert queries.balance_at(ANN.code, before) == early


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_an_old_look_at_the_activity_does_not_hide_a_younger_writer() -> None:
    """PostgreSQL shows a transaction the activity of its first look, however often it looks."""
    fund(ANN, 100)

    def pending(ready: Event, go_on: Event) -> None:
        with transaction.atomic():
            fund(ANN, 5)
            ready.set()
            assert go_on.wait(PATIENCE)

    answers: list[queries.PastBalance] = []
    with transaction.atomic():
        assert queries.balance_at(ANN.code, clock.db_now()).stable is False
        beside(pending, lambda: answers.append(queries.balance_at(ANN.code, clock.db_now())))

    assert [(each.balance, each.stable) for each in answers] == [(pounds(100), False)]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_sessions_that_hide_their_beginning_leave_nothing_settled() -> None:
    """Another role's session shows that it writes, and not since when, to a plain role."""
    fund(ANN, 100)
    shown: list[Any] = []

    def pending(ready: Event, go_on: Event) -> None:
        with transaction.atomic():
            fund(BEN, 5)
            ready.set()
            assert go_on.wait(PATIENCE)

    def ask_as_a_plain_role() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE ROLE mercat_plain_reader")
            cursor.execute("SET LOCAL ROLE mercat_plain_reader")
            with settled() as horizon:
                shown.append(horizon)
            transaction.set_rollback(True)

    beside(pending, ask_as_a_plain_role)

    assert shown == [datetime(1970, 1, 1, tzinfo=UTC)]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_stable_answers_never_change_while_writers_run() -> None:
    fund(ANN, 10_000)
    fund(BEN, 10_000)
    answers = []
    answered = Condition()

    def writer(source: AccountSpec, target: AccountSpec) -> Callable[[], None]:
        def job() -> None:
            for _ in range(40):
                with transaction.atomic():
                    post(move(source, target, 7))
                    with answered:
                        assert answered.wait(PATIENCE)  # a reader comes before the commit

        return job

    with running(writer(ANN, BEN), writer(BEN, ANN), writer(FUNDING, ANN)) as writers:
        while not all(each.done() for each in writers):
            ago = timedelta(microseconds=random.randint(0, 30_000))
            answers.append(queries.balance_at(ANN.code, clock.db_now() - ago))
            with answered:
                answered.notify_all()

    stable = [each for each in answers if each.stable]
    assert [queries.balance_at(ANN.code, each.at) for each in stable] == stable
    assert len(stable) > 5
    assert len(answers) > len(stable)
    assert_books_balance()


@pytest.mark.django_db
def test_any_instant_and_version_answer_as_a_replay_of_all_entries() -> None:
    chance = random.Random(20_261_121)
    pots = [pot(f"p{n}", floor=None) for n in range(4)]
    for _ in range(12):
        pairs = [chance.sample(pots, 2) for _ in range(chance.randint(1, 4))]
        post_batch([move(source, target, chance.randint(1, 99)) for source, target in pairs])
    entries = list(Entry.objects.select_related("account").order_by("account_seq"))

    for _ in range(60):
        account, entry = chance.choice(pots), chance.choice(entries)
        at = entry.recorded_at + chance.choice([-1, 0, 1]) * MICROSECOND
        own = [each for each in entries if each.account.code == account.code]
        until = [each.amount for each in own if each.recorded_at <= at]
        version = chance.randint(0, len(own))

        past = queries.balance_at(account.code, at)
        assert (past.balance.amount, past.version) == (sum(until), len(until))
        then = queries.balance_at_version(account.code, version)
        assert then.balance.amount == sum(each.amount for each in own[:version])


@pytest.mark.django_db
def test_balance_at_is_one_statement_and_one_descent_of_an_index_that_holds_all_it_needs() -> None:
    before = clock.db_now()
    fund(ANN, 100)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")  # of few rows it would be quicker
    with CaptureQueriesContext(connection) as captured:
        past = queries.balance_at(ANN.code, before)
    [sql] = [each["sql"] for each in captured]

    plan = explained(sql)

    assert (past.balance, past.stable) == (Money(0, "GBP"), True)
    if connection.vendor == "postgresql":
        assert "Limit" in plan
        assert "Index Only Scan using ledger_entry_time on ledger_entry" in plan
        assert "Sort" not in plan
    else:
        assert "USING COVERING INDEX ledger_entry_time (account_id=? AND recorded_at<?)" in plan
        assert "TEMP B-TREE" not in plan


def explained(sql: str) -> str:
    verb = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
    with connection.cursor() as cursor:
        cursor.execute(verb + sql)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())
