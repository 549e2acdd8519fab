"""Balances at the ends of days, weeks or months."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise, starmap
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from core.errors import Invalid
from core.money import Money
from ledger.models import Account
from ledger.models.books import AccountQuerySet
from ledger.queries.balances import accounts_of
from ledger.queries.settled import settled
from ledger.queries.wallets import own_accounts

MAX_POINTS = 366
TOO_MANY = f"Ask for {MAX_POINTS} points at most: a shorter time, or a longer interval."
INSTANT = timedelta(microseconds=1)
"""The grain of ``recorded_at``."""

# One descent of ledger_entry_time per account and point.
BALANCES = """
WITH point (n, at) AS (VALUES {points})
SELECT a.kind, a.currency, p.n, (SELECT e.balance_after FROM ledger_entry e
                      WHERE e.account_id = a.id AND e.recorded_at <= p.at
                      ORDER BY e.recorded_at DESC, e.account_seq DESC LIMIT 1)
  FROM ledger_account a CROSS JOIN point p WHERE a.id IN ({accounts})
"""


class Interval(StrEnum):
    """Weeks begin on Mondays."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


LONGEST = {
    Interval.DAY: timedelta(days=1),
    Interval.WEEK: timedelta(weeks=1),
    Interval.MONTH: timedelta(days=31),
}


@dataclass(frozen=True, slots=True)
class Period:
    """A day, week or month that begins on ``start``; ``at`` (UTC) is the last instant asked of it."""

    start: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Point:
    """What was on an account, or split account, at the end of ``period``."""

    period: Period
    balance: Money
    stable: bool


@dataclass(frozen=True, slots=True)
class WalletPoint:
    """What a person had in one currency at the end of ``period``."""

    period: Period
    available: Money
    held: Money
    stable: bool

    @property
    def total(self) -> Money:
        return self.available + self.held


def periods(since: datetime, until: datetime, interval: Interval, zone: tzinfo) -> list[Period]:
    """The days, weeks or months of ``zone`` that hold ``since`` to ``until`` (both inclusive).

    A period ends an instant before the local midnight that begins the next, the last one at
    ``until`` if that is earlier.

    :raises Invalid: those are more than 366, or ``since`` is after ``until``.
    """
    if since > until:
        raise Invalid("This is after `to`.", field="from")
    if until - since > MAX_POINTS * LONGEST[interval]:
        raise Invalid(TOO_MANY, field="from")
    starts = _starts(since.astimezone(zone).date(), until.astimezone(zone).date(), interval)
    if len(starts) > MAX_POINTS + 1:
        raise Invalid(TOO_MANY, field="from")
    return [
        Period(start, min(_midnight(following, zone) - INSTANT, until.astimezone(UTC)))
        for start, following in pairwise(starts)
    ]


def balance_series(code: str, ends: Sequence[Period]) -> list[Point]:
    """What was on ``code`` at the end of each period, by the time of recording, in one statement.

    :raises Account.DoesNotExist: nothing was ever posted to ``code``.
    """
    with settled() as horizon:
        rows = _balances(accounts_of(code), ends)
    if not rows:
        raise Account.DoesNotExist(f"Nothing was ever posted to {code}.")
    found, currency = _totals(rows), rows[0].currency
    return [
        Point(each, Money(found[rows[0].kind, n], currency), stable=each.at < horizon)
        for n, each in enumerate(ends)
    ]


def wallet_series(user_id: UUID, currency: str, ends: Sequence[Period]) -> list[WalletPoint]:
    """What a person had at the end of each period, as ``balance_series``; zero without account."""
    with settled() as horizon:
        rows = _balances(own_accounts(user_id).filter(currency=currency), ends)
    found = _totals(rows)
    return [
        WalletPoint(
            each,
            available=Money(found[Account.Kind.WALLET, n], currency),
            held=Money(found[Account.Kind.HELD, n], currency),
            stable=each.at < horizon,
        )
        for n, each in enumerate(ends)
    ]


class _Row(NamedTuple):
    """One account's balance at the end of the ``n``-th period; None before its first entry."""

    kind: str
    currency: str
    n: int
    minor: int | None


def _balances(accounts: AccountQuerySet, ends: Sequence[Period]) -> list[_Row]:
    chosen, values = accounts.values("pk").query.sql_with_params()
    instants = [connection.ops.adapt_datetimefield_value(each.at) for each in ends]
    points = ", ".join(f"({n}, %s)" for n in range(len(ends)))
    with connection.cursor() as cursor:
        cursor.execute(BALANCES.format(points=points, accounts=chosen), [*instants, *values])
        return list(starmap(_Row, cursor.fetchall()))


def _totals(rows: Iterable[_Row]) -> Counter[tuple[str, int]]:
    """Minor units by kind of account and number of the period."""
    totals: Counter[tuple[str, int]] = Counter()
    for row in rows:
        totals[row.kind, row.n] += row.minor or 0
    return totals


def _starts(first: date, last: date, interval: Interval) -> list[date]:
    """When the periods from ``first``'s to ``last``'s begin, and when the next one does."""
    start, starts = _begin(first, interval), []
    while start <= last:
        starts.append(start)
        start = _begin(start + LONGEST[interval], interval)
    return [*starts, start]


def _begin(day: date, interval: Interval) -> date:
    """When the period of ``day`` began."""
    if interval == Interval.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday() if interval == Interval.WEEK else 0)


def _midnight(day: date, zone: tzinfo) -> datetime:
    """Where clocks skip it, the instant at which they do; where it comes twice, the first."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
