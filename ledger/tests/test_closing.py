"""A closed month stays what it was, whatever comes later and whoever tries."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from core.ids import uuid7
from ledger import errors
from ledger.models import PeriodClose, Transaction
from ledger.queries import first_open, in_open_period
from ledger.services import close_period, post, post_batch, reverse_transaction
from ledger.services.closing import reports_of
from ledger.testing import assert_books_balance
from ledger.tests.attacks import refused
from ledger.tests.books import FUNDING, LATER, Pen, balance_of, move, rows
from ledger.tests.months import (
    ANN,
    BEN,
    FEBRUARY,
    JANUARY,
    LAST_OF_JANUARY,
    MARCH,
    close,
    day,
    on,
    two_months,
)

pytestmark = pytest.mark.django_db


def test_a_closed_month_survives_a_late_refund_byte_by_byte() -> None:
    two_months()
    (january,) = close()
    stored = bytes(january.reports)

    release = Transaction.objects.get(idem_key="release")
    late = reverse_transaction(
        transaction_id=release.pk, reason="Refund", key="r", scope="t", actor_id=uuid7()
    )
    close(FEBRUARY)

    january.refresh_from_db()
    assert bytes(january.reports) == stored
    assert january.is_intact
    assert reports_of(january.starts_at, january.ends_at) == stored
    assert Transaction.objects.get(pk=late.transaction_id).effective_at == late.recorded_at
    assert_books_balance()


def test_reports_hold_the_three_statements_and_name_the_month_before() -> None:
    two_months()

    january, february = close(FEBRUARY)

    reports = json.loads(bytes(january.reports))
    assert reports["previous"] is None
    pounds = reports["statements"]["currencies"]["GBP"]
    assert pounds["income_statement"]["earned"] == "2.00"
    assert pounds["balance_sheet"]["total_assets"] == "100.00"
    assert pounds["trial_balance"]["debit"] == pounds["trial_balance"]["credit"] == "100.00"
    assert json.loads(bytes(february.reports))["previous"] == january.sha256
    assert january.sha256 == hashlib.sha256(bytes(january.reports)).hexdigest()
    assert (january.starts_at, january.ends_at) == (day(1, 1), day(2, 1))
    assert first_open() == day(3, 1)


@pytest.mark.parametrize("at", [day(1, 1), LAST_OF_JANUARY, day(1, 1) - timedelta(days=900)])
def test_nothing_becomes_effective_in_a_closed_month(at: datetime) -> None:
    two_months()
    close()
    before = rows()

    with pytest.raises(errors.PeriodClosed) as refusal:
        post_batch([move(FUNDING, ANN, 5), replace(move(FUNDING, ANN, 5), effective_at=at)])

    assert refusal.value.field == "effective_at"
    assert refusal.value.facts == {"first_open": "2024-02-01T00:00:00+00:00"}
    assert rows() == before
    on(in_open_period(at), move(FUNDING, ANN, 5))
    assert Transaction.objects.latest("recorded_at", "id").effective_at == day(2, 1)


def test_a_key_that_was_posted_before_the_close_is_still_answered() -> None:
    two_months()
    posting = replace(move(FUNDING, BEN, 7, key="once"), effective_at=day(1, 7))
    first = post(posting)
    close()

    assert post(posting) == replace(first, replayed=True)


@pytest.mark.parametrize(
    ("through", "why"),
    [(date(2023, 12, 31), "closed"), (JANUARY, "closed"), (None, "not_ended")],
    ids=["before the books", "again", "this month"],
)
def test_only_the_next_month_that_has_ended_is_closed(through: date | None, why: str) -> None:
    two_months()
    close()
    before = rows()

    with pytest.raises(errors.PeriodNotClosable) as refusal:
        close(through or datetime.now(UTC).date())

    assert (refusal.value.field, refusal.value.facts) == ("through", {"why": why})
    assert rows() == before


def test_books_without_transactions_and_closes_without_reason_are_refused() -> None:
    with pytest.raises(errors.PeriodNotClosable) as refusal:
        close()
    assert refusal.value.facts == {"why": "empty"}
    two_months()
    with pytest.raises(errors.ReasonMissing):
        close_period(through=JANUARY, reason=" ", actor_id=None)
    assert not PeriodClose.objects.exists()


def test_months_without_transactions_are_closed_in_passing() -> None:
    two_months()

    closes = close(date(2024, 4, 15))

    assert [one.label for one in closes] == ["2024-01", "2024-02", "2024-03", "2024-04"]


def forged(**columns: Any) -> dict[str, Any]:
    """A row of February's close, right in every column that ``columns`` leaves out."""
    usual = {"id": uuid7(), "starts_at": day(2, 1), "ends_at": day(3, 1), "closed_at": day(4, 1)}
    usual |= {"reason": "x", "reports": b"x", "sha256": hashlib.sha256(b"x").hexdigest()}
    return usual | columns


def _forge(**columns: Any) -> Callable[[Pen], None]:
    return lambda pen: pen.insert("ledger_periodclose", **forged(**columns))


def _backdate(pen: Pen) -> None:
    header = uuid7()
    pen.entry(header, 1, FUNDING, -5)
    pen.entry(header, 2, ANN, 5)
    pen.header(header, effective_at=LAST_OF_JANUARY)


APPEND_ONLY = "append_only|append-only"

ATTACKS: dict[str, tuple[str, Callable[[Pen], None]]] = {
    "back-dating": ("ledger_transaction_period_open", _backdate),
    "a gap": (
        "ledger_periodclose_in_order",
        _forge(starts_at=day(3, 1), ends_at=day(4, 1), closed_at=day(5, 1)),
    ),
    "again": (
        "ledger_periodclose_in_order|starts_at|append_only",
        _forge(starts_at=day(1, 1), ends_at=day(2, 1)),
    ),
    "two months": ("ledger_periodclose_is_month", _forge(ends_at=day(4, 1))),
    "half a month": ("ledger_periodclose_is_month", _forge(ends_at=day(2, 15))),
    "before its end": ("ledger_periodclose_has_ended", _forge(closed_at=day(2, 29))),
    "in the future": ("ledger_periodclose_has_ended", _forge(closed_at=LATER)),
    "no reason": ("ledger_periodclose_reason", _forge(reason="")),
    "a change": (
        APPEND_ONLY,
        lambda pen: pen.write("UPDATE ledger_periodclose SET reason = 'other'"),
    ),
    "reopening": (APPEND_ONLY, lambda pen: pen.write("DELETE FROM ledger_periodclose")),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_database_keeps_closed_months_closed(name: str) -> None:
    rule, attack = ATTACKS[name]
    two_months()
    close()

    with refused(rule) as pen:
        attack(pen)


def test_reports_that_do_not_match_their_digest_are_refused_or_found() -> None:
    two_months()
    close()
    if connection.vendor == "postgresql":
        with refused("ledger_periodclose_sha256_matches") as pen:
            pen.insert("ledger_periodclose", **forged(sha256="0" * 64))
    else:
        forgery = PeriodClose(**forged(sha256="0" * 64))
        forgery.save(force_insert=True)
        assert not forgery.is_intact


def test_the_first_close_leaves_nothing_before_it() -> None:
    two_months()

    with refused("ledger_periodclose_in_order") as pen:
        pen.insert("ledger_periodclose", **forged())

    assert balance_of(ANN) == 8_000
    assert close(MARCH)[0].label == "2024-01"


@pytest.mark.postgresql
def test_truncating_closed_months_is_refused() -> None:
    two_months()
    close()

    with refused(APPEND_ONLY) as pen:
        pen.write("TRUNCATE ledger_periodclose")
