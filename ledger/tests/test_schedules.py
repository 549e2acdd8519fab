from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from core import clock
from core.ids import uuid7
from core.money import Money
from ledger import errors
from ledger.chart import wallet
from ledger.models import Account, ScheduledRun, ScheduledTransfer, SpendingLimit, Transaction
from ledger.services import (
    StandingOrder,
    cancel_scheduled_transfer,
    run_due_transfers,
    schedule_transfer,
)
from ledger.services.schedules import due_at
from ledger.tasks import run_scheduled_transfers
from ledger.testing import assert_books_balance
from ledger.tests.books import fund, rows
from ledger.tests.test_concurrency import race
from ledger.tests.test_wallets import purse

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def rich(bob: Any) -> Any:
    fund(wallet(bob.pk, "GBP"), 1000)
    return bob


def standing(owner: Any, to: Any, *, ago: timedelta, **columns: Any) -> ScheduledTransfer:
    """An order whose first run was due some time ago."""
    start = clock.db_now() - ago
    usual = {"amount": 100, "currency": "GBP", "starts_at": start, "next_at": start}
    usual |= {"owner_id": owner.pk, "to_user_id": to.pk, "created_at": start}
    return ScheduledTransfer.objects.create(**usual | columns)


def runs(order: ScheduledTransfer) -> list[tuple[int, str]]:
    found = ScheduledRun.objects.filter(scheduled=order).order_by("number")
    return [(run.number, run.refusal) for run in found]


def wall(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LONDON)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("start", "every", "expected"),
    [
        (
            wall(2025, 1, 31, 9),
            "month",
            [wall(2025, 2, 28, 9), wall(2025, 3, 31, 9), wall(2025, 4, 30, 9)],
        ),
        (wall(2024, 1, 31, 9), "month", [wall(2024, 2, 29, 9), wall(2024, 3, 31, 9)]),
        (wall(2024, 2, 29, 9), "month", [wall(2024, 3, 29, 9), wall(2024, 4, 29, 9)]),
        (wall(2025, 12, 31, 9), "month", [wall(2026, 1, 31, 9), wall(2026, 2, 28, 9)]),
        (wall(2026, 3, 28, 9), "day", [wall(2026, 3, 29, 9), wall(2026, 3, 30, 9)]),
        (wall(2026, 10, 24, 9), "day", [wall(2026, 10, 25, 9), wall(2026, 10, 26, 9)]),
        (wall(2026, 3, 22, 9), "week", [wall(2026, 3, 29, 9), wall(2026, 4, 5, 9)]),
    ],
)
def test_runs_follow_the_calendar_on_the_wall(
    start: datetime, every: str, expected: list[datetime]
) -> None:
    assert settings.TIME_ZONE == "Europe/London"
    begin = start.astimezone(UTC)

    assert due_at(begin, every, 0) == begin
    assert [due_at(begin, every, n + 1) for n in range(len(expected))] == expected


def test_daylight_saving_moves_the_instant_not_the_hour() -> None:
    start = datetime(2026, 3, 28, 9, tzinfo=UTC)

    assert due_at(start, "day", 1) == datetime(2026, 3, 29, 8, tzinfo=UTC)
    assert due_at(datetime(2026, 10, 24, 8, tzinfo=UTC), "day", 1).hour == 9


def test_an_hour_that_a_night_skips_is_one_later_on_that_day_only() -> None:
    start = datetime(2026, 3, 28, 1, 30, tzinfo=UTC)

    assert due_at(start, "day", 1) == wall(2026, 3, 29, 2, 30)
    assert due_at(start, "day", 2) == wall(2026, 3, 30, 1, 30)


def test_the_leap_day_comes_back_after_twelve_months_as_the_last_of_february() -> None:
    start = wall(2024, 2, 29, 9).astimezone(UTC)

    assert due_at(start, "month", 12) == wall(2025, 2, 28, 9)
    assert due_at(start, "month", 48) == wall(2028, 2, 29, 9)


def order_to(person: Any, **options: Any) -> StandingOrder:
    return StandingOrder(person.pk, Money(100, "GBP"), **options)


def test_a_standing_order_waits_for_its_time(rich: Any, alice: Any) -> None:
    at = clock.db_now() + HOUR

    made = schedule_transfer(
        owner_id=rich.pk, order=order_to(alice, memo="Rent", every="month", starts_at=at)
    )

    kept = ScheduledTransfer.objects.get()
    assert (kept.pk, kept.owner_id, kept.to_user_id) == (made.pk, rich.pk, alice.pk)
    assert (kept.money, kept.memo, kept.every) == (Money(100, "GBP"), "Rent", "month")
    assert (kept.starts_at, kept.next_at, kept.next_run, kept.until) == (at, at, 0, None)
    assert (kept.status, run_due_transfers()) == ("active", 0)
    assert purse(rich) == 1000


def test_without_a_time_it_runs_at_once(rich: Any, alice: Any) -> None:
    made = schedule_transfer(owner_id=rich.pk, order=order_to(alice, memo="Lunch"))

    assert [run_scheduled_transfers(), run_scheduled_transfers()] == [1, 0]

    run = ScheduledRun.objects.get()
    header = Transaction.objects.get(scheduled_run=run)
    assert (header.idem_key, header.kind) == (f"scheduled:{made.pk}:0", "transfer")
    assert (header.reason, header.actor_id) == ("Lunch", rich.pk)
    assert run.due_at == made.starts_at <= run.ran_at
    made.refresh_from_db()
    assert (made.status, runs(made)) == ("done", [(0, "")])
    assert purse(alice) == 100
    assert_books_balance()


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"starts_at": -timedelta(minutes=1)}, "starts_at"),
        ({"starts_at": 3660 * DAY}, "starts_at"),
        ({"starts_at": HOUR, "until": HOUR / 2}, "until"),
        ({"until": 3660 * DAY}, "until"),
    ],
)
def test_times_that_cannot_be_meant_are_refused(
    rich: Any, alice: Any, options: dict[str, timedelta], field: str
) -> None:
    now, before = clock.db_now(), rows()

    with pytest.raises(errors.ScheduleRefused) as refused:
        schedule_transfer(
            owner_id=rich.pk,
            order=order_to(alice, **{name: now + away for name, away in options.items()}),
        )

    assert refused.value.field == field
    assert rows() == before


def test_orders_to_nobody_to_oneself_or_of_nothing_are_refused(rich: Any, alice: Any) -> None:
    alice.is_active = False
    alice.save()
    before = rows()

    for order, error in (
        (order_to(alice), errors.UserNotFound),
        (StandingOrder(uuid7(), Money(1, "GBP")), errors.UserNotFound),
        (order_to(rich), errors.TransferToSelf),
        (StandingOrder(alice.pk, Money(0, "GBP")), errors.PostingRefused),
    ):
        with pytest.raises(error):
            schedule_transfer(owner_id=rich.pk, order=order)

    assert rows() == before


def test_missed_runs_are_made_up_for_once_each(rich: Any, alice: Any) -> None:
    order = standing(rich, alice, ago=3 * DAY + HOUR, every="day")

    assert [run_due_transfers(), run_due_transfers()] == [4, 0]

    order.refresh_from_db()
    assert runs(order) == [(n, "") for n in range(4)]
    assert (order.status, order.next_run) == ("active", 4)
    assert order.next_at == due_at(order.starts_at, "day", 4)
    assert purse(alice) == 400
    assert_books_balance()


def test_no_more_than_the_limit_run_at_a_time(rich: Any, alice: Any) -> None:
    standing(rich, alice, ago=3 * DAY + HOUR, every="day")
    standing(rich, alice, ago=HOUR)

    assert [run_due_transfers(limit=3), run_due_transfers(limit=3)] == [3, 2]
    assert purse(alice) == 500


def test_the_last_run_is_the_one_until_which_it_goes_inclusive(rich: Any, alice: Any) -> None:
    order = standing(rich, alice, ago=3 * DAY + HOUR, every="day")
    ScheduledTransfer.objects.update(until=due_at(order.starts_at, "day", 2))

    assert run_due_transfers() == 3

    order.refresh_from_db()
    assert (order.status, len(runs(order))) == ("done", 3)


def test_a_refused_run_is_named_and_the_next_one_has_its_chance(rich: Any, alice: Any) -> None:
    daily = standing(rich, alice, ago=DAY + HOUR, every="day", amount=600)
    once = standing(rich, alice, ago=HOUR, amount=600)

    assert run_due_transfers() == 3

    daily.refresh_from_db()
    once.refresh_from_db()
    assert runs(daily) == [(0, ""), (1, "insufficient_funds")]
    assert runs(once) == [(0, "insufficient_funds")]
    assert (daily.status, once.status) == ("active", "done")
    assert (purse(rich), purse(alice)) == (400, 600)
    assert_books_balance()


def test_limits_apply_to_standing_orders(rich: Any, alice: Any) -> None:
    SpendingLimit.objects.create(currency="GBP", daily_total=150)
    order = standing(rich, alice, ago=DAY + HOUR, every="day")

    run_due_transfers()

    assert runs(order) == [(0, ""), (1, "limit_exceeded")]


@pytest.mark.parametrize(
    ("gone", "code"),
    [
        (lambda bob, alice: deactivate(alice), "user_not_found"),
        (lambda bob, alice: deactivate(bob), "user_not_found"),
        (lambda bob, alice: freeze(alice), "account_frozen"),
        (lambda bob, alice: freeze(bob), "account_frozen"),
    ],
)
def test_who_cannot_send_or_receive_is_a_refused_run(
    rich: Any, alice: Any, gone: Any, code: str
) -> None:
    fund(wallet(alice.pk, "GBP"), 1)
    order = standing(rich, alice, ago=HOUR)
    gone(rich, alice)

    run_due_transfers()

    assert runs(order) == [(0, code)]
    assert (purse(rich), purse(alice)) == (1000, 1)


def test_a_missing_recipient_is_a_refused_run(rich: Any, alice: Any) -> None:
    order = standing(rich, alice, ago=HOUR, to_user_id=uuid7())

    run_due_transfers()

    assert runs(order) == [(0, "user_not_found")]


def deactivate(person: Any) -> None:
    person.is_active = False
    person.save()


def freeze(person: Any) -> None:
    Account.objects.filter(owner_id=person.pk).update(status="frozen")


def test_a_cancelled_order_does_not_run(rich: Any, alice: Any) -> None:
    order = standing(rich, alice, ago=HOUR, every="day")

    cancel_scheduled_transfer(owner_id=rich.pk, scheduled_id=order.pk)
    cancel_scheduled_transfer(owner_id=rich.pk, scheduled_id=order.pk)

    assert run_due_transfers() == 0
    order.refresh_from_db()
    assert order.status == "cancelled"


def test_only_the_owner_cancels_and_only_what_goes_on(rich: Any, alice: Any) -> None:
    done = standing(rich, alice, ago=HOUR, status="done")
    going_on = standing(rich, alice, ago=HOUR, every="day")
    before = rows()

    with pytest.raises(errors.ScheduledTransferDone):
        cancel_scheduled_transfer(owner_id=rich.pk, scheduled_id=done.pk)
    for owner_id, pk in ((alice.pk, going_on.pk), (rich.pk, uuid7())):
        with pytest.raises(errors.ScheduledTransferNotFound):
            cancel_scheduled_transfer(owner_id=owner_id, scheduled_id=pk)

    assert rows() == before


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_each_run_happens_once_however_many_workers_there_are(
    rich: Any, alice: Any, charlie: Any
) -> None:
    fund(wallet(charlie.pk, "GBP"), 1000)
    orders = [
        standing(owner, alice, ago=2 * DAY + HOUR, every="day", amount=10)
        for owner in (rich, charlie)
        for _ in range(3)
    ]

    outcomes = race(*[run_due_transfers] * 4)

    assert sum(outcomes) == 18
    assert all(runs(order) == [(0, ""), (1, ""), (2, "")] for order in orders)
    assert (purse(rich), purse(charlie), purse(alice)) == (910, 910, 180)
    assert Transaction.objects.count() == 2 + 18
    assert_books_balance()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_an_order_is_cancelled_before_or_after_a_run_never_during(rich: Any, alice: Any) -> None:
    order = standing(rich, alice, ago=9 * DAY + HOUR, every="day", amount=10)

    race(
        run_due_transfers,
        lambda: cancel_scheduled_transfer(owner_id=rich.pk, scheduled_id=order.pk),
        run_due_transfers,
    )

    order.refresh_from_db()
    assert order.status == "cancelled"
    assert purse(alice) == 10 * len(runs(order))
    assert run_due_transfers() == 0
    assert_books_balance()
