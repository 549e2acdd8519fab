"""Money arithmetic at its ends: parts that sum exactly, and balances that fit no BIGINT."""

from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clock
from core.ids import uuid7
from core.money import MAX_MINOR, Money, basis_points, split
from ledger import errors, queries
from ledger.chart import AccountSpec
from ledger.services import Line, Posting, post, post_batch
from ledger.testing import assert_books_balance
from ledger.tests.books import balance_of, fund, move, outside, pot, rows

LARGEST = 2**63 - 1

CURRENCIES = {"JPY": 0, "GBP": 2, "BHD": 3}
ANN, BEN, EVE = pot("ann"), pot("ben"), pot("eve")
SOURCE, OTHER_SOURCE = outside("GBP"), pot("source", floor=None)

currencies = st.sampled_from(list(CURRENCIES))
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(sum)


@given(st.integers(0, MAX_MINOR), currencies, weights)
def test_parts_written_as_decimals_sum_to_the_whole(
    amount: int, currency: str, shares: list[int]
) -> None:
    whole = Money(amount, currency)

    parts = [Money(part, currency) for part in split(amount, shares)]

    assert sum(part.decimal for part in parts) == whole.decimal
    assert sum(Money.parse(str(part), currency).amount for part in parts) == amount
    assert {len(str(part).partition(".")[2]) for part in parts} == {CURRENCIES[currency]}


@given(st.integers(0, LARGEST), weights)
def test_a_part_without_weight_is_nothing_and_none_is_negative(
    amount: int, shares: list[int]
) -> None:
    parts = split(amount, shares)

    assert all(part >= 0 for part in parts)
    assert [part for part, share in zip(parts, shares, strict=True) if not share] == [0] * (
        shares.count(0)
    )


@given(st.integers(0, LARGEST), st.integers(0, 10_000))
def test_a_share_in_basis_points_leaves_the_rest_and_neither_is_negative(
    amount: int, rate: int
) -> None:
    share = basis_points(amount, rate)

    assert 0 <= share <= amount
    assert abs(share * 10_000 - amount * rate) <= 5_000


@pytest.mark.django_db
@settings(max_examples=20, deadline=None)
@given(st.integers(1, 10**9), currencies, st.lists(st.integers(1, 999), min_size=1, max_size=8))
def test_what_is_split_is_posted_to_the_last_unit(
    amount: int, currency: str, shares: list[int]
) -> None:
    with transaction.atomic():
        parts = split(amount, shares)
        payees = [(pot(f"payee{n}", currency), part) for n, part in enumerate(parts) if part]
        lines = [Line(payee, part) for payee, part in payees]

        post(Posting("split", uuid7().hex, (Line(outside(currency), -amount), *lines)))

        assert [balance_of(payee) for payee, _ in payees] == [part for part in parts if part]
        assert balance_of(outside(currency)) == -amount
        transaction.set_rollback(True)


def rich() -> None:
    """Ann has as much as there can be, and the funding account as little."""
    fund(ANN, LARGEST)


TOO_LARGE: dict[str, Callable[[], object]] = {
    "more than the largest": lambda: post(move(OTHER_SOURCE, ANN, 1)),
    "less than the smallest": lambda: post(move(SOURCE, BEN, 1)),
    "in the middle of a batch": lambda: post_batch(
        [move(OTHER_SOURCE, BEN, 5), move(OTHER_SOURCE, ANN, 1), move(ANN, BEN, 10)]
    ),
    "an amount past BIGINT": lambda: post(move(OTHER_SOURCE, BEN, 2**63)),
    "an amount of another universe": lambda: post(move(OTHER_SOURCE, BEN, 10**30)),
}


@pytest.mark.django_db
@pytest.mark.parametrize("attempt", TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_balance_past_the_end_is_refused_and_changes_nothing(
    attempt: Callable[[], object],
) -> None:
    rich()
    before = rows()

    with pytest.raises(errors.BalanceTooLarge):
        attempt()

    assert rows() == before
    assert_books_balance()


BORROWED = (
    Line(OTHER_SOURCE, -LARGEST),
    Line(pot("third", floor=None), -LARGEST),
)
MORE_THAN_FITS = {
    "of one account": (Line(BEN, LARGEST), Line(BEN, LARGEST)),
    "of two accounts": (Line(BEN, LARGEST), Line(EVE, LARGEST)),
}


@pytest.mark.django_db
@pytest.mark.parametrize("lines", MORE_THAN_FITS.values(), ids=MORE_THAN_FITS)
def test_lines_that_together_fit_no_bigint_are_refused(lines: tuple[Line, ...]) -> None:
    with pytest.raises(errors.BalanceTooLarge):
        post(Posting("transfer", "sum", (*lines, *BORROWED)))

    assert rows() == [[]] * len(rows())


@pytest.mark.django_db
def test_the_largest_balance_comes_and_goes() -> None:
    rich()

    assert queries.balance_now(ANN.code).balance == Money(LARGEST, "GBP")
    assert queries.balance_at(ANN.code, clock.db_now()).balance == Money(LARGEST, "GBP")
    assert str(queries.balance_now(ANN.code).balance) == "92233720368547758.07"
    post(move(ANN, SOURCE, LARGEST))

    assert (balance_of(ANN), balance_of(SOURCE)) == (0, 0)
    assert_books_balance()


@pytest.mark.django_db
def test_several_of_the_largest_stand_beside_each_other() -> None:
    """What is in the books altogether may be more than any account can hold."""
    rich()
    post(move(OTHER_SOURCE, BEN, LARGEST))
    post(move(pot("third", floor=None), EVE, LARGEST))

    lines = {line.kind: line for line in queries.trial_balance(clock.db_now()).lines}

    assert lines["wallet"].credit == Money(3 * LARGEST, "GBP")
    assert lines["wallet"].debit == Money(2 * LARGEST, "GBP")
    assert lines["clearing"].debit == Money(LARGEST, "GBP")


@pytest.mark.django_db
def test_shards_together_may_hold_more_than_one_account_can() -> None:
    shards = [AccountSpec(f"till#{n}", "clearing", "GBP", min_balance=None) for n in range(2)]
    for shard, payee in zip(shards, (ANN, BEN), strict=True):
        post(move(shard, payee, LARGEST))

    assert queries.balance_now("till").balance == Money(-2 * LARGEST, "GBP")
    assert queries.balance_at("till", clock.db_now()).balance == Money(-2 * LARGEST, "GBP")
