"""Statements add up, and the books balance at any instant."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.money import Money
from ledger import queries
from ledger.models import Account
from ledger.services import Balance, Line, Posting, post
from ledger.tests.books import FUNDING, fund, move, pot

pytestmark = pytest.mark.django_db

ANN, BEN, EVE = pot("ann"), pot("ben"), pot("eve", "EUR")
MICROSECOND = timedelta(microseconds=1)
LONG_AGO, FAR = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def pounds(minor: int) -> Money:
    return Money(minor, "GBP")


def four_entries() -> list[datetime]:
    """Ann: 1000, 970, 975, 875."""
    posted = [
        fund(ANN, 1000),
        post(move(ANN, BEN, 30)),
        fund(ANN, 5),
        post(Posting("gift", "g", (Line(ANN, -100), Line(BEN, 100)), reason="Birthday")),
    ]
    return [each.recorded_at for each in posted]


def test_a_statement_adds_up() -> None:
    _, second, third, _ = four_entries()

    found = queries.statement(ANN.code, second, third, 0, 100)

    assert found.opening == Balance(ANN.code, pounds(1000), 1)
    assert found.closing == Balance(ANN.code, pounds(975), 3)
    assert (found.total_in, found.total_out) == (pounds(5), pounds(30))
    assert [(entry.account_seq, entry.amount) for entry in found.entries] == [(2, -30), (3, 5)]
    assert (found.following, found.stable) == (None, True)


def test_a_statement_shows_what_moved_the_money_in_one_query_each() -> None:
    four_entries()

    with CaptureQueriesContext(connection) as captured:
        found = queries.statement(ANN.code, LONG_AGO, clock.db_now(), 3, 100)
        [gift] = found.entries
        assert (gift.transaction.kind, gift.transaction.reason) == ("gift", "Birthday")

    assert gift.money_after == pounds(875)
    reads = [each["sql"] for each in captured if "ledger_" in each["sql"]]
    assert len(reads) == 3
    assert found.stable is (connection.vendor == "sqlite")


def test_a_statement_goes_on_where_it_stopped() -> None:
    four_entries()
    until, seen = clock.db_now(), []

    for after in (0, 2):
        part = queries.statement(ANN.code, LONG_AGO, until, after, 2)
        assert (part.opening.balance, part.closing.balance) == (pounds(0), pounds(875))
        assert (part.total_in, part.total_out) == (pounds(1005), pounds(130))
        seen.append(([entry.account_seq for entry in part.entries], part.following))

    assert seen == [([1, 2], 2), ([3, 4], None)]


def test_a_statement_of_a_time_without_entries_opens_as_it_closes() -> None:
    *_, last = four_entries()

    after = queries.statement(ANN.code, last + MICROSECOND, FAR, 0, 10)
    before = queries.statement(ANN.code, LONG_AGO, LONG_AGO, 0, 10)

    assert after.opening == after.closing == Balance(ANN.code, pounds(875), 4)
    assert before.opening == before.closing == Balance(ANN.code, pounds(0), 0)
    for each in (after, before):
        assert (each.entries, each.following) == ([], None)
        assert (each.total_in, each.total_out) == (pounds(0), pounds(0))
    assert (before.stable, after.stable) == (True, False)
    with pytest.raises(Account.DoesNotExist):
        queries.statement("nowhere", LONG_AGO, FAR, 0, 10)


def test_a_trial_balance_sums_to_zero_at_any_instant() -> None:
    instants = four_entries()
    fund(EVE, 7)
    instants += [each + shift for each in instants for shift in (-MICROSECOND, MICROSECOND)]

    for at in [LONG_AGO, *instants, clock.db_now()]:
        sums = {"GBP": 0, "EUR": 0}
        for line in queries.trial_balance(at).lines:
            sums[line.currency] += line.balance.amount
        assert sums == {"GBP": 0, "EUR": 0}


def test_a_trial_balance_has_a_line_per_currency_and_kind() -> None:
    first, *_ = four_entries()
    fund(EVE, 7)
    loan = pot("loan", floor=None)
    post(move(loan, ANN, 25))

    with CaptureQueriesContext(connection) as captured:
        now = queries.trial_balance(clock.db_now())

    shown = [
        (line.currency, line.kind, str(line.debit), str(line.credit), str(line.balance))
        for line in now.lines
    ]
    assert shown == [
        ("EUR", "clearing", "0.07", "0.00", "-0.07"),
        ("EUR", "wallet", "0.00", "0.07", "0.07"),
        ("GBP", "clearing", "10.05", "0.00", "-10.05"),
        ("GBP", "wallet", "0.25", "10.30", "10.05"),
    ]
    assert len([each for each in captured if "ledger_" in each["sql"]]) == 1
    then = {line.kind: line for line in queries.trial_balance(first).lines if line.credit.amount}
    assert [(kind, str(line.credit)) for kind, line in then.items()] == [("wallet", "10.00")]
    assert FUNDING.kind == "clearing"
