"""Trial balance, balance sheet and income statement of the marketplace, by effective date.

They tie: a sheet's assets are its liabilities and equity, and equity grows by what is earned. No
entries close the income accounts; what they hold is equity: earned before the period, or in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.money import Money
from ledger.queries.periods import first_open
from ledger.queries.places import PLACES, Section, place_of
from ledger.queries.totals import Group, totals_by_kind


@dataclass(frozen=True, slots=True)
class TrialLine:
    """The balance of all accounts of ``kind``: in one of the columns, the other is zero."""

    kind: str
    label: str
    debit: Money
    credit: Money


@dataclass(frozen=True, slots=True)
class Item:
    """``amount`` is above zero where there is more of what its section is of."""

    kind: str
    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class CurrencyStatements:
    """The three statements in one currency. ``brought_forward`` was earned before the period."""

    currency: str
    trial: tuple[TrialLine, ...]
    assets: tuple[Item, ...]
    liabilities: tuple[Item, ...]
    income: tuple[Item, ...]
    expenses: tuple[Item, ...]
    brought_forward: Money

    @property
    def total_debit(self) -> Money:
        return self._sum(line.debit for line in self.trial)

    @property
    def total_credit(self) -> Money:
        return self._sum(line.credit for line in self.trial)

    @property
    def total_assets(self) -> Money:
        return self._sum(item.amount for item in self.assets)

    @property
    def total_liabilities(self) -> Money:
        return self._sum(item.amount for item in self.liabilities)

    @property
    def total_income(self) -> Money:
        return self._sum(item.amount for item in self.income)

    @property
    def total_expenses(self) -> Money:
        return self._sum(item.amount for item in self.expenses)

    @property
    def earned(self) -> Money:
        """In the period: income less expenses."""
        return self.total_income - self.total_expenses

    @property
    def equity(self) -> Money:
        return self.brought_forward + self.earned

    def _sum(self, amounts: Iterator[Money]) -> Money:
        return sum(amounts, Money(0, self.currency))


@dataclass(frozen=True, slots=True)
class FinancialStatements:
    """Trial balance and balance sheet at ``at`` (UTC, inclusive), income from ``since`` (inclusive,
    None for the beginning) to it, by currency. ``final``: the months up to ``at`` are closed.
    """

    since: datetime | None
    at: datetime
    known_at: datetime | None
    final: bool
    currencies: tuple[CurrencyStatements, ...]


def financial_statements(
    at: datetime, *, since: datetime | None = None, known_at: datetime | None = None
) -> FinancialStatements:
    """What was effective by ``at``; with ``known_at``, as the books showed it at that instant.

    By effective date, because a month's report is about what belongs into the month, whenever it
    was entered. Reads the entries once.

    :raises KindUnclassified: there are accounts of a kind that no statement knows.
    """
    closed_until = first_open()  # first: what is closed by now is final in what is read next
    before, now = totals_by_kind(before=since, until=at, known_at=known_at)
    currencies = sorted({currency for currency, _ in now})
    return FinancialStatements(
        since,
        at,
        known_at,
        final=closed_until is not None and at < closed_until,
        currencies=tuple(_statements(currency, before, now) for currency in currencies),
    )


def _statements(
    currency: str, before: Mapping[Group, int], now: Mapping[Group, int]
) -> CurrencyStatements:
    balances = _of(currency, now)
    earlier = _of(currency, before)
    grown = {kind: balance - earlier.get(kind, 0) for kind, balance in balances.items()}
    earned = (minor for kind, minor in earlier.items() if _is_result(kind))
    return CurrencyStatements(
        currency,
        trial=tuple(_trial_line(kind, balances[kind], currency) for kind in balances),
        assets=_items(Section.ASSETS, balances, currency),
        liabilities=_items(Section.LIABILITIES, balances, currency),
        income=_items(Section.INCOME, grown, currency),
        expenses=_items(Section.EXPENSES, grown, currency),
        brought_forward=Money(sum(earned), currency),
    )


def _of(currency: str, totals: Mapping[Group, int]) -> dict[str, int]:
    """By kind, in the order of the statements."""
    found = {kind: minor for (code, kind), minor in totals.items() if code == currency}
    for kind in found:
        place_of(kind)
    return {kind: found[kind] for kind in PLACES if kind in found}


def _is_result(kind: str) -> bool:
    return place_of(kind).section in {Section.INCOME, Section.EXPENSES}


def _trial_line(kind: str, minor: int, currency: str) -> TrialLine:
    debit, credit = Money(max(-minor, 0), currency), Money(max(minor, 0), currency)
    return TrialLine(kind, place_of(kind).label, debit, credit)


def _items(section: Section, totals: Mapping[str, int], currency: str) -> tuple[Item, ...]:
    return tuple(
        Item(kind, place_of(kind).label, Money(section.sign * minor, currency))
        for kind, minor in totals.items()
        if place_of(kind).section == section
    )
