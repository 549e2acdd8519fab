from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.ids import uuid7
from core.money import Money, NotMoney
from core.testing import Clocks
from ledger import engines, errors
from ledger.chart import AccountSpec, funding, wallet
from ledger.models import Account, Entry, Transaction
from ledger.services import Balance, Line, Posting, credit, post, post_batch
from ledger.testing import assert_books_balance
from ledger.tests.books import FUNDING, balance_of, fund, move, pot, rows

pytestmark = pytest.mark.django_db

ANN, BEN = pot("ann"), pot("ben")


@pytest.fixture(autouse=True, params=["postgresql", "sqlite"])
def recorder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of recording; PostgreSQL can also take the steps that SQLite takes."""
    if request.param != connection.vendor:
        if connection.vendor == "sqlite":
            pytest.skip("the posting function is PostgreSQL's")
        monkeypatch.setitem(engines.RECORDERS, connection.vendor, engines.RECORDERS["sqlite"])


USER, STAFF = uuid7(), uuid7()


def test_post_moves_money_and_says_what_it_left() -> None:
    fund(ANN, 1000)

    posted = post(move(ANN, BEN, 300))

    assert posted.balances == {
        ANN.code: Balance(ANN.code, Money(700, "GBP"), 2),
        BEN.code: Balance(BEN.code, Money(300, "GBP"), 1),
    }
    assert not posted.replayed
    assert (balance_of(FUNDING), balance_of(ANN), balance_of(BEN)) == (-1000, 700, 300)
    assert_books_balance()


def test_post_records_the_whole_transaction() -> None:
    effective = datetime(2024, 2, 29, 12, tzinfo=UTC)
    lines = (Line(FUNDING, -5), Line(ANN, 5))
    before = clock.db_now()

    posted = post(
        Posting(
            "gift",
            "key-1",
            lines,
            scope="tests",
            effective_at=effective,
            actor_id=STAFF,
            reason="Because",
            metadata={"card": "red"},
        )
    )

    header = Transaction.objects.get()
    assert (header.pk, header.recorded_at) == (posted.transaction_id, posted.recorded_at)
    assert (header.kind, header.idem_scope, header.idem_key) == ("gift", "tests", "key-1")
    assert (header.lines, header.amount, header.effective_at) == (2, Money(5, "GBP"), effective)
    assert (header.actor_id, header.reason, header.metadata) == (STAFF, "Because", {"card": "red"})
    assert before <= header.recorded_at <= clock.db_now()
    entries = list(header.entries.order_by("line_no").values_list("line_no", "lines", "amount"))
    assert entries == [(1, 2, -5), (2, 2, 5)]


def test_post_opens_accounts_as_described() -> None:
    shop = AccountSpec("shop:till", "payable", "GBP", min_balance=-500, tier=3, owner_id=USER)

    post(move(shop, ANN, 500))

    account = Account.objects.get(code="shop:till")
    assert (account.kind, account.currency, account.status) == ("payable", "GBP", "open")
    assert (account.min_balance, account.tier, account.owner_id) == (-500, 3, USER)
    assert account.balance == -500


def test_post_merges_the_lines_of_one_account() -> None:
    lines = (Line(FUNDING, -10), Line(ANN, 3), Line(BEN, 2), Line(ANN, 7), Line(BEN, -2))

    posted = post(Posting("merge", "m", lines))

    assert set(posted.balances) == {FUNDING.code, ANN.code}
    assert list(Entry.objects.order_by("line_no").values_list("amount", flat=True)) == [-10, 10]
    assert not Account.objects.filter(code=BEN.code).exists()


def test_post_balances_each_currency_by_itself() -> None:
    euros, dollars = pot("fx", "EUR", floor=None), pot("fx", "USD", floor=None)
    ann_euros, ann_dollars = pot("ann", "EUR"), pot("ann", "USD")
    fund(ann_euros, 1000)

    lines = (
        Line(ann_euros, -1000),
        Line(euros, 1000),
        Line(dollars, -1090),
        Line(ann_dollars, 1090),
    )
    posted = post(Posting("exchange", "fx", lines))

    assert posted.balances[ann_dollars.code].balance == Money(1090, "USD")
    assert Transaction.objects.get(kind="exchange").amount == Money(1000, "EUR")
    assert_books_balance()


UNPOSTABLE: dict[str, tuple[tuple[Line, ...], type[Exception]]] = {
    "nothing": ((), errors.PostingRefused),
    "merges away": ((Line(ANN, 5), Line(ANN, -5)), errors.PostingRefused),
    "one line": ((Line(ANN, 5),), errors.PostingRefused),
    "zero": ((Line(ANN, 0), Line(BEN, 0)), errors.PostingRefused),
    "a float": ((Line(FUNDING, -0.5), Line(ANN, 0.5)), errors.PostingRefused),  # type: ignore[arg-type]  # that is the point
    "a bool": ((Line(FUNDING, -1), Line(ANN, True)), errors.PostingRefused),
    "unbalanced": ((Line(FUNDING, -5), Line(ANN, 4)), errors.Unbalanced),
    "across currencies": ((Line(FUNDING, -5), Line(pot("e", "EUR"), 5)), errors.Unbalanced),
    "no currency": (
        (Line(pot("x", "XXQ", floor=None), -5), Line(pot("y", "XXQ"), 5)),
        NotMoney,
    ),
    "described in two ways": (
        (Line(FUNDING, -5), Line(ANN, 4), Line(replace(ANN, tier=4), 1)),
        errors.AccountMismatch,
    ),
    "too little": ((Line(ANN, -101), Line(BEN, 101)), errors.InsufficientFunds),
    "another kind": (
        (Line(FUNDING, -5), Line(replace(ANN, kind="escrow"), 5)),
        errors.AccountMismatch,
    ),
    "another floor": (
        (Line(FUNDING, -5), Line(replace(ANN, min_balance=None), 5)),
        errors.AccountMismatch,
    ),
    "too much": (
        (Line(FUNDING, -(2**63 - 1)), Line(pot("new"), 2**63 - 1)),
        errors.BalanceTooLarge,
    ),
}


@pytest.mark.parametrize(("lines", "error"), UNPOSTABLE.values(), ids=UNPOSTABLE)
def test_post_refuses_and_changes_nothing(lines: tuple[Line, ...], error: type[Exception]) -> None:
    fund(ANN, 100)
    before = rows()

    with pytest.raises(error):
        post(Posting("bad", "bad", lines))

    assert rows() == before


@pytest.mark.parametrize(
    "part",
    [
        {"kind": ""},
        {"key": ""},
        {"key": "k" * 201},
        {"scope": "s" * 81},
        {"effective_at": datetime(2024, 1, 1)},  # noqa: DTZ001  # that is the point
    ],
)
def test_post_refuses_what_cannot_be_recorded(part: dict[str, Any]) -> None:
    with pytest.raises(errors.PostingRefused):
        post(replace(move(FUNDING, ANN, 5), **part))

    assert not any(rows())


def test_insufficient_funds_says_what_there_was() -> None:
    overdrawn = pot("overdrawn", floor=-50)
    fund(overdrawn, 100)

    with pytest.raises(errors.InsufficientFunds) as refusal:
        post(move(overdrawn, BEN, 151))

    assert refusal.value.facts == {"available": "1.50", "asked": "1.51", "currency": "GBP"}


@pytest.mark.parametrize("status", ["frozen", "closed"])
def test_an_account_that_is_not_open_takes_no_postings(status: str) -> None:
    fund(ANN, 100)
    post(move(ANN, BEN, 100))
    Account.objects.filter(code=ANN.code).update(status=status)
    before = rows()

    with pytest.raises(errors.AccountFrozen) as refusal:
        fund(ANN, 1)

    assert refusal.value.facts == {"status": status}
    assert rows() == before


def test_a_key_again_answers_what_it_left_then() -> None:
    first = fund(ANN, 1000)
    posting = move(ANN, BEN, 300, key="once")
    original = post(posting)
    post(move(BEN, ANN, 50))
    before = rows()

    again = post(posting)

    assert again == replace(original, replayed=True)
    assert again.balances[ANN.code].balance == Money(700, "GBP")
    assert rows() == before
    assert first.transaction_id != again.transaction_id


@pytest.mark.parametrize(
    "other",
    [
        move(ANN, BEN, 301, key="once"),
        move(ANN, pot("cat"), 300, key="once"),
        replace(move(ANN, BEN, 300, key="once"), kind="gift"),
        replace(move(ANN, BEN, 300, key="once"), effective_at=datetime(2024, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_key_for_other_money_is_refused(other: Posting) -> None:
    fund(ANN, 1000)
    post(move(ANN, BEN, 300, key="once"))
    before = rows()

    with pytest.raises(errors.IdempotencyMismatch):
        post(other)

    assert rows() == before


def test_a_key_of_another_scope_is_another_key() -> None:
    fund(ANN, 1000)
    posting = move(ANN, BEN, 300, key="once")

    post(posting)
    post(replace(posting, scope="elsewhere"))

    assert balance_of(BEN) == 600


def test_post_batch_posts_in_order() -> None:
    posted = post_batch([move(FUNDING, ANN, 10), move(ANN, BEN, 7), move(BEN, ANN, 2)])

    left = [one.balances[ANN.code] for one in posted]
    assert [(one.balance.amount, one.version) for one in left] == [(10, 1), (3, 2), (5, 3)]
    assert len({one.recorded_at for one in posted}) == 1
    assert_books_balance()


def test_post_batch_posts_all_or_none() -> None:
    fund(ANN, 10)
    before = rows()

    with pytest.raises(errors.InsufficientFunds):
        post_batch([move(FUNDING, BEN, 5), move(ANN, BEN, 7), move(ANN, BEN, 7)])

    assert rows() == before


def test_post_batch_posts_what_is_new_and_answers_what_is_not() -> None:
    known = move(FUNDING, ANN, 10, key="known")
    first = post(known)

    again, fresh, twice = post_batch([known, new := move(ANN, BEN, 4, key="new"), new])

    assert again == replace(first, replayed=True)
    assert (fresh, twice.balances[BEN.code].version) == (twice, 1)
    assert (balance_of(ANN), balance_of(BEN)) == (6, 4)


def test_post_batch_refuses_a_key_for_two_things() -> None:
    with pytest.raises(errors.IdempotencyMismatch):
        post_batch([move(FUNDING, ANN, 10, key="k"), move(FUNDING, ANN, 11, key="k")])

    assert not any(rows())


def test_post_batch_of_nothing_posts_nothing() -> None:
    assert post_batch([]) == []


def statements(size: int) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        post_batch([move(FUNDING, pot(f"{size}-{n}"), 5) for n in range(size)])
    return len(queries)


def test_post_batch_takes_no_more_statements_for_more_postings() -> None:
    assert statements(1) == statements(3) == statements(30)


def test_time_never_goes_back(clocks: Clocks) -> None:
    ahead = clocks.advance(timedelta(hours=1))
    fund(ANN, 100)
    clocks.stop_at(ahead - timedelta(hours=2))

    posted = post(move(ANN, BEN, 10))

    assert posted.recorded_at == ahead
    assert Account.objects.get(code=BEN.code).last_at == ahead
    assert_books_balance()


def test_credit_tops_up_a_wallet() -> None:
    posted = credit(
        user_id=USER,
        amount=Money(2500, "GBP"),
        key="top-up",
        scope="desk",
        actor_id=STAFF,
        reason="Voucher",
    )

    mine = wallet(USER, "GBP")
    assert posted.balances[mine.code].balance == Money(2500, "GBP")
    assert balance_of(funding("GBP")) == -2500
    header = Transaction.objects.get()
    assert (header.kind, header.actor_id, header.reason) == ("credit", STAFF, "Voucher")
    assert Account.objects.get(code=mine.code).owner_id == USER


@pytest.mark.parametrize("amount", [0, -1])
def test_credit_only_adds(amount: int) -> None:
    with pytest.raises(errors.PostingRefused):
        credit(user_id=USER, amount=Money(amount, "GBP"), key="k", scope="s", actor_id=STAFF)

    assert not any(rows())


POTS = [pot(name, floor=floor) for name, floor in [("a", 0), ("b", 0), ("c", -50), ("d", None)]]

transfers = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 120)).filter(
    lambda leg: leg[0] != leg[1]
)


@given(batches=st.lists(st.lists(transfers, min_size=1, max_size=4), max_size=6))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_random_batches_agree_with_a_dictionary(batches: list[list[tuple[int, int, int]]]) -> None:
    run = uuid7().hex
    pots = [replace(one, code=f"{one.code}:{run}") for one in POTS]
    model = dict.fromkeys(range(4), 0)

    for batch in batches:
        after, possible = dict(model), True
        for source, target, amount in batch:
            after[source] -= amount
            after[target] += amount
            floor = pots[source].min_balance
            possible = possible and (floor is None or after[source] >= floor)
        try:
            post_batch([move(pots[s], pots[t], amount) for s, t, amount in batch])
        except errors.InsufficientFunds:
            assert not possible
        else:
            assert possible
            model = after
        found = dict(Account.objects.filter(code__endswith=run).values_list("code", "balance"))
        assert {n: found.get(one.code, 0) for n, one in enumerate(pots)} == model
    assert_books_balance()
