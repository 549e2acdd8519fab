"""Money is exact at every exponent, and parts always sum to the whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import MAX_MINOR, Money, NotMoney, basis_points, split


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("24.99", "GBP", 2499),
        ("24.9", "GBP", 2490),
        ("24", "GBP", 2400),
        ("0.01", "GBP", 1),
        ("-3.50", "GBP", -350),
        ("500", "JPY", 500),
        ("1.234", "BHD", 1234),
        ("24.990", "GBP", 2499),
    ],
)
def test_parse_reads_plain_decimals(text, currency, minor):
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "+1",
        "1e3",
        "NaN",
        "Infinity",
        "1,000",
        "1.",
        ".5",
        "0x10",
        "\u0661",
        "1" * 21,
    ],
)
def test_parse_refuses_what_is_not_a_plain_decimal(text):
    with pytest.raises(NotMoney):
        Money.parse(text, "GBP")


@pytest.mark.parametrize(
    ("text", "currency"), [("0.001", "GBP"), ("0.5", "JPY"), ("1.2345", "BHD")]
)
def test_parse_refuses_more_decimals_than_the_currency_has(text, currency):
    with pytest.raises(NotMoney, match="decimal places"):
        Money.parse(text, currency)


def test_parse_refuses_an_unknown_currency_and_names_the_field():
    with pytest.raises(NotMoney) as refused:
        Money.parse("1", "XXQ")

    assert refused.value.field == "currency"


def test_parse_has_an_end():
    largest = Money(MAX_MINOR, "GBP")

    assert Money.parse(str(largest), "GBP") == largest
    with pytest.raises(NotMoney, match="too large"):
        Money.parse(str(Money(MAX_MINOR + 1, "GBP")), "GBP")


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["GBP", "JPY", "BHD"]))
def test_text_and_back_is_the_same_money(minor, currency):
    money = Money(minor, currency)

    assert Money.parse(str(money), currency) == money


def test_money_of_two_currencies_does_not_add_up():
    with pytest.raises(ValueError, match="do not add up"):
        Money(1, "GBP") + Money(1, "EUR")


def test_display_is_as_a_british_shop_writes_it():
    assert Money(123456, "GBP").display() == "£1,234.56"


@given(
    st.integers(-(10**15), 10**15),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(sum),
)
def test_split_parts_sum_to_the_whole_and_stay_within_one_unit_of_fair(amount, weights):
    parts = split(amount, weights)

    assert sum(parts) == amount
    fair = [Decimal(amount) * weight / sum(weights) for weight in weights]
    assert all(abs(part - share) < 1 for part, share in zip(parts, fair, strict=True))


def test_split_gives_the_odd_unit_to_the_largest_remainder_then_the_first():
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(10, [1, 2, 1]) == [3, 5, 2]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_split_refuses_weights_that_divide_nothing(weights):
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


@pytest.mark.parametrize(
    ("amount", "rate", "share"),
    [(1000, 1000, 100), (5, 1000, 0), (15, 1000, 2), (25, 1000, 2), (1, 10_000, 1), (999, 0, 0)],
)
def test_basis_points_round_half_to_even(amount, rate, share):
    assert basis_points(amount, rate) == share


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (123_456, "GBP", "£1,234.56"),
        (-5, "GBP", "-£0.05"),
        (123_456, "JPY", "JP¥123,456"),
        (1_234_567, "BHD", "BHD\xa01,234.567"),
        (1_234_567, "IQD", "IQD\xa01,234.567"),
        (1_234_567, "CLF", "CLF\xa0123.4567"),
        (1_250, "HUF", "HUF\xa012.50"),
        (0, "KRW", "₩0"),
    ],
)
def test_people_read_as_many_decimals_as_the_currency_has(minor, currency, shown):
    assert Money(minor, currency).display() == shown
    assert Money.parse(str(Money(minor, currency)), currency) == Money(minor, currency)
