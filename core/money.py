"""Money as whole minor units of one currency. No floats, and decimals only at the edge.

Exponents (0 for JPY, 2 for GBP, 3 for BHD) are ISO 4217's. babel knows which currencies there are,
but its own digits are what people use in daily life: none for IQD, whose minor unit is a thousandth.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Self

from babel import Locale
from babel.core import get_global
from babel.numbers import NumberPattern, format_currency, get_currency_symbol, parse_pattern

from core.errors import Unprocessable

MAX_MINOR = 2**53 - 1
"""The largest amount taken from a client: exact in every JSON reader, far below BIGINT's end."""

NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()  # noqa: SIM905  # easier to hold against the list
THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
EXPONENTS = {
    **dict.fromkeys(NO_DECIMALS, 0),
    **dict.fromkeys(THREE_DECIMALS, 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Of ISO 4217's list of active codes (SIX, list one), those that are not 2."""

PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,6})?")


class NotMoney(Unprocessable):
    code = "not_money"
    message = "This is not an amount of money."


@cache
def exponent(currency: str) -> int:
    """Decimal places of ``currency``'s minor unit.

    :raises NotMoney: it is not an ISO 4217 code.
    """
    if currency not in get_global("all_currencies"):
        raise NotMoney(f"{currency!r} is not a currency.", field="currency")
    return EXPONENTS.get(currency, 2)


@cache
def _pattern(locale: str, currency: str) -> NumberPattern:
    """How money is written there: with the currency's decimal places, and a space after letters."""
    usual: str = Locale.parse(locale).currency_formats["standard"].pattern
    places = exponent(currency)
    exact = usual.replace(".00", f".{'0' * places}" if places else "")
    lettered = get_currency_symbol(currency, locale)[-1].isalpha()
    return parse_pattern(exact.replace("¤#", "¤\xa0#") if lettered else exact)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """``amount`` minor units (may be negative) of ``currency`` (ISO 4217)."""

    amount: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read a plain decimal such as ``"24.99"``; no exponent, no sign but ``-``, no spaces.

        :raises NotMoney: not a plain decimal, too many decimals for the currency, or too large.
        """
        if not PLAIN_DECIMAL.fullmatch(text):
            raise NotMoney('Write the amount as a plain decimal, such as "24.99".')
        minor = Decimal(text).scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            places = exponent(currency)
            raise NotMoney(f"{currency} has {places} decimal places, no more.")
        if abs(minor) > MAX_MINOR:
            raise NotMoney("The amount is too large.")
        return cls(int(minor), currency)

    @property
    def decimal(self) -> Decimal:
        """In major units, with exactly the currency's number of decimals."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        return f"{self.decimal:f}"

    def display(self, locale: str = "en_GB") -> str:
        """As people read it there: ``£24.99``."""
        return format_currency(
            self.decimal,
            self.currency,
            format=_pattern(locale, self.currency),
            locale=locale,
            currency_digits=False,
        )

    def __add__(self, other: Self) -> Self:
        return type(self)(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.amount, self.currency)

    def __mul__(self, times: int) -> Self:
        return type(self)(self.amount * times, self.currency)

    def _same(self, other: Self) -> int:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other.amount


def rounded(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` (above 0) as a whole number, half to even."""
    quotient, rest = divmod(numerator, denominator)
    if rest * 2 > denominator or (rest * 2 == denominator and quotient % 2):
        return quotient + 1
    return quotient


def share(part: int, whole: int) -> Decimal:
    """``part / whole`` to four decimals, half to even; 0 of nothing."""
    return Decimal(rounded(part * 10_000, whole) if whole else 0).scaleb(-4)


def basis_points(amount: int, rate: int) -> int:
    """``rate`` hundredths of a per cent of ``amount`` minor units, rounded half to even."""
    return rounded(amount * rate, 10_000)


def percent(rate: int) -> str:
    """Basis points as people write them: ``20 %``, ``8.25 %``."""
    return f"{Decimal(rate).scaleb(-2).normalize():f} %"


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide ``amount`` minor units in proportion to non-negative ``weights``; parts sum to it.

    Largest remainder (Hamilton's method); of equal remainders the earlier part gets the unit.

    :raises ValueError: no weight is positive, or one is negative.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative, and one must be positive")
    parts = [amount * weight // total for weight in weights]
    remainders = [amount * weight % total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -remainders[i])
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return parts
