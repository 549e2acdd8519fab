"""What people have and had, in one snapshot."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core import clock
from core.ids import uuid7
from core.money import Money
from ledger import queries
from ledger.chart import wallet
from ledger.services import Balance
from ledger.testing import assert_books_balance
from ledger.tests.books import fund, pot
from ledger.tests.held import place, void
from ledger.tests.threads import running

pytestmark = pytest.mark.django_db

USER = uuid7()
MINE = wallet(USER, "GBP")

A_DAY = timedelta(days=1)


def pounds(minor: int) -> Money:
    return Money(minor, "GBP")


def test_wallet_balances_begin_with_the_currency_asked_for() -> None:
    fund(wallet(USER, "EUR"), 500)
    fund(wallet(USER, "CHF"), 700)
    fund(pot("another"), 900)

    found = queries.wallet_balances(USER, "GBP")

    assert [each.currency for each in found] == ["GBP", "CHF", "EUR"]
    assert (found[0].total, found[0].version, found[0].holds) == (pounds(0), 0, ())
    assert (found[2].available, found[2].held) == (Money(500, "EUR"), Money(0, "EUR"))
    assert (found[2].total, found[2].version) == (Money(500, "EUR"), 1)


def test_held_is_the_sum_of_the_open_holds_oldest_first() -> None:
    fund(MINE, 1000)
    fund(wallet(USER, "EUR"), 100)
    first, second = place(USER, 300, lasting=A_DAY), place(USER, 200)
    void(place(USER, 50))
    euros = place(USER, 70, "EUR")
    other = uuid7()
    fund(wallet(other, "GBP"), 10)
    place(other, 10)

    in_pounds, in_euros = queries.wallet_balances(USER, "GBP")

    assert (in_pounds.available, in_pounds.held) == (pounds(500), pounds(500))
    assert (in_pounds.total, in_pounds.version) == (pounds(1000), 5)
    assert in_pounds.holds == (
        queries.OpenHold(
            first.pk, pounds(300), "order", first.reference, first.expires_at, first.created_at
        ),
        queries.OpenHold(
            second.pk, pounds(200), "order", second.reference, None, second.created_at
        ),
    )
    assert first.expires_at is not None
    assert [(hold.id, hold.amount) for hold in in_euros.holds] == [(euros.pk, Money(70, "EUR"))]


def test_balances_and_holds_are_one_statement() -> None:
    fund(MINE, 1000)
    fund(wallet(USER, "EUR"), 1000)
    for _ in range(3):
        place(USER, 10)

    with CaptureQueriesContext(connection) as captured:
        queries.wallet_balances(USER, "GBP")

    reads = [each["sql"] for each in captured if "ledger_" in each["sql"]]
    assert len(reads) == 1
    assert "UNION ALL" in reads[0]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_held_is_the_sum_of_the_holds_shown_while_they_come_and_go() -> None:
    fund(MINE, 1000)

    def come_and_go() -> None:
        for amount in range(1, 60):
            hold = transaction.atomic(place)(USER, amount)
            if amount % 2:
                transaction.atomic(void)(hold)

    seen = set()
    with running(come_and_go) as [writer]:
        while not writer.done():
            [balance] = queries.wallet_balances(USER, "GBP")
            assert balance.held.amount == sum(hold.amount.amount for hold in balance.holds)
            assert balance.total == pounds(1000)
            seen.add(balance.version)

    assert len(seen) > 3
    assert_books_balance()


def test_wallet_balances_at_an_instant_are_of_that_instant() -> None:
    before = fund(MINE, 1000).recorded_at - timedelta(microseconds=1)
    hold = place(USER, 300)
    fund(wallet(USER, "EUR"), 500)
    void(hold)

    def shown(at: datetime) -> list[tuple[str, str, str, int]]:
        return [
            (each.currency, str(each.available), str(each.held), each.version)
            for each in queries.wallet_balances_at(USER, "GBP", at)
        ]

    assert shown(hold.created_at) == [("GBP", "7.00", "3.00", 2), ("EUR", "0.00", "0.00", 0)]
    assert shown(before) == [("GBP", "0.00", "0.00", 0), ("EUR", "0.00", "0.00", 0)]
    assert shown(clock.db_now()) == [("GBP", "10.00", "0.00", 3), ("EUR", "5.00", "0.00", 1)]
    [nobody] = queries.wallet_balances_at(uuid7(), "JPY", hold.created_at)
    assert (nobody.currency, nobody.total, nobody.version) == ("JPY", Money(0, "JPY"), 0)


def test_a_past_wallet_is_stable_once_both_its_accounts_went_on() -> None:
    fund(MINE, 1000)
    at = fund(MINE, 1).recorded_at
    hold = place(USER, 300)

    [only_one_went_on] = queries.wallet_balances_at(USER, "GBP", hold.created_at)
    [both_went_on] = queries.wallet_balances_at(USER, "GBP", at)

    assert only_one_went_on.stable is (connection.vendor == "sqlite")
    assert both_went_on.stable is True
    assert both_went_on.total == pounds(1001)


def test_what_a_posting_left_stands_beside_what_was_held_then() -> None:
    fund(MINE, 1000)
    place(USER, 300)
    posted = fund(MINE, 50)
    place(USER, 20)

    held = queries.held_then([USER], posted.recorded_at)[USER, "GBP"]
    left = queries.wallet_balance(USER, posted.balances[MINE.code], posted.recorded_at, held)

    assert posted.balances[MINE.code] == Balance(MINE.code, pounds(750), 3)
    assert (left.available, left.held, left.total) == (pounds(750), pounds(300), pounds(1050))
    assert (left.currency, left.version, left.as_of) == ("GBP", 3, posted.recorded_at)
