"""Exchanging at stated rates: exact, in the platform's favour, and never a pump."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.errors import DomainError
from core.ids import uuid7
from core.models import AuditEntry
from core.money import MAX_MINOR, Money, NotMoney, exponent
from core.testing import Clocks
from ledger import errors
from ledger.chart import fx, wallet
from ledger.models import Account, ExchangeQuote, SpendingLimit, Transaction
from ledger.models.rates import UNITS
from ledger.queries import rate_at, trial_balance
from ledger.services import exchange, quote_exchange, state_rate
from ledger.services.exchange import LASTS, converted
from ledger.testing import assert_books_balance
from ledger.tests.attacks import refused
from ledger.tests.books import balance_of, fund, rows
from ledger.tests.test_concurrency import race

pytestmark = pytest.mark.django_db

FINANCE = uuid7()


def rate(currency: str, text: str, **times: Any) -> Any:
    return state_rate(currency=currency, rate=Decimal(text), actor_id=FINANCE, **times)


@pytest.fixture
def rates(db: None) -> None:
    for currency, text in {"EUR": "1.14", "JPY": "195.5", "BHD": "0.4771234567"}.items():
        rate(currency, text)


@pytest.fixture
def rich(rates: None, bob: Any) -> Any:
    fund(wallet(bob.pk, "GBP"), 10_000)
    return bob


def quoted(person: Any, minor: int, sold: str, bought: str) -> ExchangeQuote:
    return quote_exchange(user_id=person.pk, sold=Money(minor, sold), currency=bought)


def swap(person: Any, minor: int, sold: str, bought: str) -> Money:
    quote = quoted(person, minor, sold, bought)
    exchange(user_id=person.pk, quote_id=quote.pk)
    return quote.bought


def test_an_exchange_is_one_transaction_in_two_currencies_once_per_quote(rich: Any) -> None:
    quote = quoted(rich, 1_001, "GBP", "EUR")

    first = exchange(user_id=rich.pk, quote_id=quote.pk)
    again = exchange(user_id=rich.pk, quote_id=quote.pk)

    assert (again.transaction_id, again.replayed) == (first.transaction_id, True)
    assert quote.bought == Money(1_141, "EUR")  # 11.4114
    assert balance_of(wallet(rich.pk, "GBP")) == 8_999
    assert balance_of(wallet(rich.pk, "EUR")) == 1_141
    assert (balance_of(fx("GBP")), balance_of(fx("EUR"))) == (1_001, -1_141)
    header = Transaction.objects.get(pk=first.transaction_id)
    assert (header.kind, header.reason) == ("exchange", "£10.01 into €11.41")
    assert header.metadata == {"rate": "1.1400000000", "quote": str(quote.pk)}
    lines = trial_balance(clock.db_now()).lines
    assert {line.currency: line.balance.amount for line in lines if line.kind == "fx"} == {
        "EUR": -1_141,
        "GBP": 1_001,
    }
    assert_books_balance()


@pytest.mark.parametrize(
    ("minor", "sold", "bought", "expected"),
    [
        (10_000, "GBP", "JPY", 19_550),
        (10_000, "GBP", "BHD", 47_712),  # 47.71234567
        (1, "BHD", "JPY", 0),  # 0.4097
        (1_000, "BHD", "JPY", 409),
        (409, "JPY", "BHD", 998),
        (3, "JPY", "GBP", 1),  # 0.0153
        (114, "EUR", "GBP", 100),
        (113, "EUR", "GBP", 99),
    ],
)
def test_amounts_are_exact_at_every_exponent_and_rounded_down(
    minor: int, sold: str, bought: str, expected: int
) -> None:
    units = {"GBP": 10**10, "EUR": 11_400_000_000, "JPY": 1_955 * 10**9, "BHD": 4_771_234_567}

    assert converted(Money(minor, sold), bought, units[sold], units[bought]) == Money(
        expected, bought
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(["GBP", "JPY", "BHD", "EUR", "CLF"]), st.integers(1, 2**62)),
        min_size=2,
        max_size=5,
        unique_by=lambda step: step[0],
    ),
    st.integers(1, MAX_MINOR),
)
def test_no_way_round_gains_a_unit(steps: list[tuple[str, int]], minor: int) -> None:
    start = money = Money(minor, steps[0][0])

    for (_, sold), (currency, bought) in zip(steps, [*steps[1:], steps[0]], strict=True):
        worth = Fraction(money.amount * bought * 10 ** exponent(currency))
        worth /= sold * 10 ** exponent(money.currency)
        money = converted(money, currency, sold, bought)
        assert worth - 1 < money.amount <= worth

    assert money.amount <= start.amount


def test_there_and_back_ends_with_no_more(rich: Any) -> None:
    for minor in (7, 999, 3_333):
        there = swap(rich, minor, "GBP", "JPY")
        assert swap(rich, there.amount, "JPY", "GBP").amount <= minor
    assert (balance_of(wallet(rich.pk, "GBP")), balance_of(fx("GBP"))) == (9_997, 3)
    assert (balance_of(wallet(rich.pk, "JPY")), balance_of(fx("JPY"))) == (0, 0)
    assert_books_balance()


@pytest.mark.parametrize(
    ("minor", "sold", "bought", "error"),
    [
        (0, "GBP", "EUR", errors.PostingRefused),
        (-1, "GBP", "EUR", errors.PostingRefused),
        (1, "GBP", "GBP", errors.SameCurrency),
        (1, "GBP", "CHF", errors.RateNotStated),
        (1, "CHF", "GBP", errors.RateNotStated),
        (1, "GBP", "XYZ", errors.RateNotStated),
        (1, "BHD", "JPY", errors.ExchangeTooSmall),
        (MAX_MINOR, "GBP", "EUR", NotMoney),
    ],
)
def test_what_cannot_be_quoted_leaves_nothing(
    rich: Any, minor: int, sold: str, bought: str, error: type[DomainError]
) -> None:
    before = rows()

    with pytest.raises(error):
        quoted(rich, minor, sold, bought)

    assert rows() == before


def test_a_quote_is_its_owners_and_holds_for_two_minutes_whatever_the_rate_does(
    rich: Any, charlie: Any, clocks: Clocks
) -> None:
    quote = quoted(rich, 1_000, "GBP", "EUR")
    late = quoted(rich, 1_000, "GBP", "EUR")
    rate("EUR", "2")
    assert quoted(rich, 1_000, "GBP", "EUR").bought_amount == 2_000
    clocks.stop_at(quote.expires_at - timedelta(microseconds=1))

    with pytest.raises(errors.QuoteNotFound):
        exchange(user_id=charlie.pk, quote_id=quote.pk)
    exchange(user_id=rich.pk, quote_id=quote.pk)
    clocks.stop_at(late.created_at + LASTS)
    before = rows()
    with pytest.raises(errors.QuoteExpired):
        exchange(user_id=rich.pk, quote_id=late.pk)

    assert rows() == before
    assert exchange(user_id=rich.pk, quote_id=quote.pk).replayed
    assert balance_of(wallet(rich.pk, "EUR")) == 1_140


def test_an_ended_rate_does_not_bring_an_older_one_back(rates: None, clocks: Clocks) -> None:
    now = clock.db_now()
    rate("EUR", "1.2", valid_from=now + timedelta(hours=1), valid_until=now + timedelta(hours=2))

    def in_force(hours: float) -> str | None:
        found = rate_at("EUR", now + timedelta(hours=hours))
        return f"{found.rate.normalize():f}" if found else None

    assert [in_force(hours) for hours in (0.5, 1, 1.9, 2)] == ["1.14", "1.2", "1.2", None]


@pytest.mark.parametrize(
    ("currency", "text", "hours", "error"),
    [
        ("EUR", "0", {}, errors.RateRefused),
        ("EUR", "-1", {}, errors.RateRefused),
        ("EUR", "NaN", {}, errors.RateRefused),
        ("EUR", "Infinity", {}, errors.RateRefused),
        ("EUR", "1E+9", {}, errors.RateRefused),
        ("EUR", "0.00000000001", {}, errors.RateRefused),
        ("EUR", "1", {"valid_from": -1}, errors.RateRefused),
        ("EUR", "1", {"valid_from": 2, "valid_until": 1}, errors.RateRefused),
        ("GBP", "1", {}, errors.SameCurrency),
        ("XYZ", "1", {}, NotMoney),
    ],
)
def test_a_rate_that_cannot_be_meant_is_not_stated(
    db: None, currency: str, text: str, hours: dict[str, int], error: type[DomainError]
) -> None:
    times = {name: clock.db_now() + timedelta(hours=n) for name, n in hours.items()}

    with pytest.raises(error):
        rate(currency, text, **times)

    assert not any(rows())
    assert not AuditEntry.objects.exists()


def test_a_stated_rate_is_audited(rates: None) -> None:
    entry = AuditEntry.objects.earliest("seq")

    assert (entry.action, entry.actor_id) == ("state_rate", FINANCE)
    assert entry.changes == {"rate": "1.14", "currency": "EUR"}


def test_limits_and_freezing_apply_to_what_is_sold(rich: Any) -> None:
    SpendingLimit.objects.create(currency="GBP", daily_total=1_500)
    swap(rich, 1_000, "GBP", "EUR")
    quote, back = quoted(rich, 501, "GBP", "EUR"), quoted(rich, 900, "EUR", "GBP")
    before = rows()
    with pytest.raises(errors.LimitExceeded):
        exchange(user_id=rich.pk, quote_id=quote.pk)
    with pytest.raises(errors.InsufficientFunds):
        exchange(user_id=rich.pk, quote_id=quoted(rich, 1_141, "EUR", "GBP").pk)
    Account.objects.filter(code=wallet(rich.pk, "GBP").code).update(status="frozen")
    with pytest.raises(errors.AccountFrozen):
        exchange(user_id=rich.pk, quote_id=back.pk)

    moved = [table for was, table in zip(before[1:3], rows()[1:3], strict=True) if was != table]
    assert moved == []


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("UPDATE ledger_exchangerate SET units = 1", "exchangerate_append_only"),
        ("DELETE FROM ledger_exchangequote", "exchangequote_append_only"),
        ("UPDATE ledger_exchangequote SET bought_amount = 1000000", "exchangequote_append_only"),
    ],
)
def test_rates_and_quotes_are_history(rich: Any, sql: str, rule: str) -> None:
    quoted(rich, 100, "GBP", "EUR")

    with refused(rule) as pen:
        pen.write(sql)


def test_a_quote_is_at_rates_of_its_own_currencies(rich: Any) -> None:
    quote = quoted(rich, 100, "GBP", "EUR")
    quote.pk, quote.bought_currency = uuid7(), "JPY"

    with refused("exchangequote_rates_fit"):
        quote.save(force_insert=True)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_a_quote_taken_by_many_at_once_is_taken_once(rich: Any) -> None:
    quote = quoted(rich, 1_000, "GBP", "EUR")

    outcomes = race(*[lambda: exchange(user_id=rich.pk, quote_id=quote.pk)] * 8)

    assert [one.replayed for one in outcomes].count(False) == 1
    assert balance_of(wallet(rich.pk, "EUR")) == 1_140
    assert_books_balance()


def test_the_base_is_worth_exactly_one() -> None:
    assert converted(Money(5, "GBP"), "GBP", UNITS, UNITS) == Money(5, "GBP")
