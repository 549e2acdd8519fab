"""Books of January and February 2024 in GBP and JPY, written today with their own dates."""

from dataclasses import replace
from datetime import UTC, date, datetime

from ledger.chart import AccountSpec
from ledger.models import PeriodClose
from ledger.services import Line, Posted, Posting, close_period, post
from ledger.tests.books import FUNDING, move, outside, pot

JANUARY, FEBRUARY, MARCH = date(2024, 1, 31), date(2024, 2, 1), date(2024, 3, 1)

ANN, BEN, YUKI = pot("ann"), pot("ben"), pot("yuki", "JPY")
ESCROW = AccountSpec("pot:escrow:GBP", "escrow", "GBP")
PAYABLE = AccountSpec("pot:payable:GBP", "payable", "GBP")
COMMISSION = AccountSpec("pot:commission:GBP", "commission", "GBP", None)
PROMOTION = AccountSpec("pot:promotion:GBP", "promotion", "GBP", None)


def day(month: int, number: int) -> datetime:
    return datetime(2024, month, number, tzinfo=UTC)


LAST_OF_JANUARY = datetime(2024, 1, 31, 23, 59, 59, 999_999, tzinfo=UTC)


def on(at: datetime, posting: Posting) -> Posted:
    return post(replace(posting, effective_at=at))


def two_months() -> None:
    """January: 100.00 in, 20.00 bought, 2.00 of it commission. February: 50.00 in, a promotion of 1.00."""
    on(day(1, 5), move(FUNDING, ANN, 10_000))
    on(day(1, 9), move(outside("JPY"), YUKI, 500))
    on(day(1, 10), move(ANN, ESCROW, 2_000))
    parts = (Line(ESCROW, -2_000), Line(PAYABLE, 1_800), Line(COMMISSION, 200))
    on(LAST_OF_JANUARY, Posting("escrow_release", "release", parts))
    on(day(2, 1), move(FUNDING, BEN, 5_000))
    on(day(2, 10), move(PROMOTION, BEN, 100))


def close(through: date = JANUARY) -> list[PeriodClose]:
    return close_period(through=through, reason="Month's end", actor_id=None)
