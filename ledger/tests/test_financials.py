"""The statements tie, whatever was posted when."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.ids import uuid7
from core.money import Money
from ledger import errors
from ledger.chart import AccountSpec
from ledger.models import Account
from ledger.models.periods import INSTANT
from ledger.postings import MAX_BALANCE
from ledger.queries import FinancialStatements, financial_statements
from ledger.queries.places import PLACES
from ledger.queries.totals import from_the_beginning, now_less_later
from ledger.services import Line, Posting, post
from ledger.tests.books import FUNDING, move, pot
from ledger.tests.months import BEN, LAST_OF_JANUARY, close, day, on, two_months

pytestmark = pytest.mark.django_db

SECOND = AccountSpec("provider:second:GBP", "clearing", "GBP", None)
PERIODS = (day(1, 1), day(2, 1), day(3, 1))


def tied(statements: FinancialStatements) -> FinancialStatements:
    for one in statements.currencies:
        assert one.total_debit == one.total_credit
        assert one.total_assets == one.total_liabilities + one.equity
    return statements


def amounts(items: object) -> dict[str, str]:
    return {item.kind: str(item.amount) for item in items}  # type: ignore[attr-defined]  # Items


def test_january_is_reported_by_its_own_dates() -> None:
    two_months()

    pounds, yen = tied(financial_statements(LAST_OF_JANUARY, since=day(1, 1))).currencies

    assert amounts(pounds.assets) == {"clearing": "100.00"}
    assert amounts(pounds.liabilities) == {"wallet": "80.00", "payable": "18.00"}
    assert amounts(pounds.income) == {"commission": "2.00"}
    assert (str(pounds.brought_forward), str(pounds.earned)) == ("0.00", "2.00")
    assert [(line.kind, str(line.debit), str(line.credit)) for line in pounds.trial] == [
        ("clearing", "100.00", "0.00"),
        ("wallet", "0.00", "80.00"),
        ("payable", "0.00", "18.00"),
        ("commission", "0.00", "2.00"),
    ]
    assert (yen.currency, amounts(yen.assets)) == ("JPY", {"clearing": "500"})


def test_the_last_instant_belongs_to_the_month() -> None:
    two_months()

    earlier = financial_statements(LAST_OF_JANUARY - INSTANT).currencies[0]

    assert amounts(earlier.income) == {}
    assert amounts(earlier.liabilities) == {"wallet": "80.00", "escrow": "20.00"}


def test_what_was_earned_before_the_period_is_brought_forward() -> None:
    two_months()

    pounds = tied(financial_statements(day(3, 1), since=day(2, 1))).currencies[0]

    assert amounts(pounds.expenses) == {"promotion": "1.00"}
    assert (str(pounds.brought_forward), str(pounds.earned)) == ("2.00", "-1.00")
    assert pounds.equity == Money(100, "GBP")


def test_known_at_shows_what_the_books_said_then() -> None:
    on(day(1, 5), move(FUNDING, BEN, 100))
    then = clock.db_now()
    on(day(1, 6), move(FUNDING, BEN, 23))

    known = financial_statements(LAST_OF_JANUARY, known_at=then).currencies[0]
    now = financial_statements(LAST_OF_JANUARY).currencies[0]

    assert (str(known.total_assets), str(now.total_assets)) == ("1.00", "1.23")


def test_statements_are_final_when_their_months_are_closed() -> None:
    two_months()
    close()

    assert financial_statements(LAST_OF_JANUARY).final
    assert not financial_statements(LAST_OF_JANUARY + INSTANT).final


def test_every_kind_has_a_place_and_a_strange_one_is_refused() -> None:
    assert set(Account.Kind.values) <= PLACES.keys()
    post(move(FUNDING, AccountSpec("pot:odd:GBP", "odd", "GBP"), 5))

    with pytest.raises(errors.KindUnclassified) as refusal:
        financial_statements(clock.db_now())

    assert refusal.value.facts == {"kind": "odd"}


def test_sums_beyond_what_the_database_can_add_are_exact() -> None:
    post(move(FUNDING, pot("one"), MAX_BALANCE))
    post(move(SECOND, pot("two"), MAX_BALANCE - 1))

    pounds = tied(financial_statements(clock.db_now())).currencies[0]

    assert pounds.total_assets == Money(2 * MAX_BALANCE - 1, "GBP")


KINDS = st.sampled_from(sorted(PLACES.keys() - {"held"}))  # held needs a hold
DAYS = st.integers(0, 59)
MOVES = st.lists(
    st.tuples(KINDS, KINDS, st.sampled_from(["GBP", "JPY", "BHD"]), st.integers(1, 10**12), DAYS),
    max_size=8,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=MOVES)
def test_any_postings_tie_and_months_add_up(moves: list[tuple[str, str, str, int, int]]) -> None:
    for source, target, currency, amount, days in moves:
        lines = tuple(
            Line(AccountSpec(f"any:{side}:{kind}:{currency}", kind, currency, None), sign * amount)
            for side, kind, sign in (("from", source, -1), ("to", target, 1))
        )
        on(PERIODS[0] + timedelta(days=days), Posting("any", uuid7().hex, lines))

    january = tied(financial_statements(PERIODS[1] - INSTANT, since=PERIODS[0]))
    february = tied(financial_statements(PERIODS[2] - INSTANT, since=PERIODS[1]))
    both = tied(financial_statements(PERIODS[2] - INSTANT, since=PERIODS[0]))

    for before, until in ((None, PERIODS[1]), (PERIODS[1], PERIODS[2] - INSTANT)):
        assert from_the_beginning(before, until) == now_less_later(before, until)
    earned = {one.currency: one.earned.amount for one in january.currencies}
    for one, whole in zip(february.currencies, both.currencies, strict=True):
        assert one.brought_forward.amount == whole.brought_forward.amount + earned.get(
            one.currency, 0
        )
        assert whole.earned.amount == earned.get(one.currency, 0) + one.earned.amount
        assert one.equity == whole.equity
