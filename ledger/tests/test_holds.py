from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.ids import uuid7
from core.money import Money
from core.testing import Clocks
from ledger import errors
from ledger.chart import AccountSpec, held, wallet
from ledger.models import Account, Hold, HoldResolution, Transaction
from ledger.services import (
    Posting,
    Resolution,
    capture_hold,
    ending,
    expire_holds,
    new_hold,
    place_hold,
    post,
    void_hold,
)
from ledger.testing import assert_books_balance
from ledger.tests.books import balance_of, fund, pot, rows

pytestmark = pytest.mark.django_db

USER = uuid7()
MINE, HELD = wallet(USER, "GBP"), held(USER, "GBP")
SHOP = pot("shop")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def ten_pounds() -> Iterator[None]:
    fund(MINE, 1000)
    yield
    assert_books_balance()


def pounds(amount: int) -> Money:
    return Money(amount, "GBP")


def hold(amount: int = 400, key: str = "", lasting: timedelta | None = HOUR) -> Hold:
    new = new_hold(user_id=USER, amount=pounds(amount), purpose="bid", lasting=lasting)
    return place_hold(new, key=key or new.id.hex, scope="tests", actor_id=USER)


def capture(placed: Hold, amount: int, key: str = "capture", to: AccountSpec = SHOP) -> Any:
    return capture_hold(
        hold_id=placed.pk, amount=pounds(amount), to=to, key=key, scope="tests", actor_id=None
    )


def void(placed: Hold, key: str = "void") -> Any:
    return void_hold(hold_id=placed.pk, key=key, scope="tests", actor_id=None)


def purses() -> tuple[int, int, int]:
    """Available, held, and the shop's."""
    return balance_of(MINE), balance_of(HELD), balance_of(SHOP)


def test_a_hold_sets_money_aside() -> None:
    before = clock.db_now()

    placed = hold(400)

    assert purses() == (600, 400, 0)
    assert (placed.amount, placed.purpose, placed.wallet.code) == (400, "bid", MINE.code)
    assert placed.is_open
    assert placed.created_at == Transaction.objects.get(kind="hold").recorded_at
    assert placed.expires_at is not None
    assert before + HOUR <= placed.expires_at <= clock.db_now() + HOUR


def test_a_hold_is_placed_once_per_key() -> None:
    first = hold(400, key="once")

    assert hold(400, key="once") == first
    with pytest.raises(errors.IdempotencyMismatch):
        hold(401, key="once")

    assert purses() == (600, 400, 0)
    assert Hold.objects.count() == 1


def test_more_than_there_is_cannot_be_held() -> None:
    before = rows()

    with pytest.raises(errors.InsufficientFunds):
        hold(1001)

    assert rows() == before


@pytest.mark.parametrize(
    ("amount", "lasting", "field"),
    [(0, HOUR, "amount"), (-1, HOUR, "amount"), (1, timedelta(), "lasting"), (1, -HOUR, "lasting")],
)
def test_a_hold_of_nothing_is_refused(amount: int, lasting: timedelta, field: str) -> None:
    with pytest.raises(errors.PostingRefused) as refusal:
        hold(amount, lasting=lasting)

    assert refusal.value.field == field


def test_capture_takes_a_part_and_gives_the_rest_back() -> None:
    placed = hold(400)

    posted = capture(placed, 150)

    assert purses() == (850, 0, 150)
    assert posted.balances[SHOP.code].balance == pounds(150)
    ended = HoldResolution.objects.get(hold=placed)
    assert (ended.kind, ended.captured) == ("captured", 150)
    assert (ended.transaction_id, ended.resolved_at) == (posted.transaction_id, posted.recorded_at)


def test_capture_of_everything_leaves_nothing_held() -> None:
    capture(hold(400), 400)

    assert purses() == (600, 0, 400)


def test_void_gives_everything_back() -> None:
    placed = hold(400)

    void(placed)

    assert purses() == (1000, 0, 0)
    assert HoldResolution.objects.get(hold=placed).kind == "voided"


def test_a_repeated_key_ends_a_hold_once() -> None:
    placed = hold(400)
    first = capture(placed, 150)

    assert capture(placed, 150) == replace(first, replayed=True)
    assert purses() == (850, 0, 150)


@pytest.mark.parametrize("again", [void, lambda placed: capture(placed, 10, key="again")])
@pytest.mark.parametrize(
    "once", [lambda placed: void(placed, key="first"), lambda p: capture(p, 9)]
)
def test_a_hold_ends_once(once: Any, again: Any) -> None:
    placed = hold(400)
    once(placed)
    before = rows()

    with pytest.raises(errors.HoldResolved) as refusal:
        again(placed)

    assert refusal.value.facts == {"kind": HoldResolution.objects.get().kind}
    assert rows() == before


@pytest.mark.parametrize(
    ("amount", "error"),
    [(401, errors.CaptureTooLarge), (0, errors.PostingRefused), (-5, errors.PostingRefused)],
)
def test_what_is_not_held_cannot_be_captured(amount: int, error: type[Exception]) -> None:
    placed = hold(400)
    before = rows()

    with pytest.raises(error):
        capture(placed, amount)

    assert rows() == before


def test_capture_in_another_currency_is_refused() -> None:
    placed = hold(400)

    with pytest.raises(errors.CaptureTooLarge):
        capture_hold(
            hold_id=placed.pk,
            amount=Money(10, "EUR"),
            to=pot("shop", "EUR"),
            key="k",
            scope="tests",
            actor_id=None,
        )


def test_a_hold_that_is_not_there_cannot_end() -> None:
    with pytest.raises(errors.HoldNotFound):
        void(Hold(pk=uuid7()))
    release = Resolution(uuid7(), "voided")
    with pytest.raises(errors.HoldNotFound):
        post(Posting("release", "k", hold_lines(1), resolves=(release,)))


def hold_lines(amount: int) -> Any:
    new = new_hold(user_id=USER, amount=pounds(amount), purpose="bid", lasting=None)
    return new.lines


def test_capture_is_in_time_until_the_last_microsecond(clocks: Clocks) -> None:
    early, late = hold(100), hold(200)
    assert early.expires_at
    assert late.expires_at
    clocks.stop_at(early.expires_at - timedelta(microseconds=1))
    capture(early, 100, key="in time")

    clocks.stop_at(late.expires_at)
    with pytest.raises(errors.HoldExpired):
        capture(late, 200, key="too late")

    assert purses() == (700, 200, 100)


def test_capture_overtaken_by_the_deadline_is_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    placed = hold(400, lasting=timedelta(milliseconds=2))
    assert placed.expires_at
    while clock.db_now() <= placed.expires_at + timedelta(milliseconds=1):
        """Until the database's own clock, which has milliseconds on SQLite, is past it, too."""
    monkeypatch.setattr(clock, "db_now", lambda: placed.created_at)

    with pytest.raises(errors.HoldExpired):
        capture(placed, 400)

    assert purses() == (600, 400, 0)


def test_expire_holds_gives_back_what_is_due(clocks: Clocks) -> None:
    short, endless = hold(100, lasting=HOUR), hold(300, lasting=None)
    hold(50, lasting=2 * HOUR)
    assert expire_holds() == 0

    assert short.expires_at
    clocks.stop_at(short.expires_at)

    assert (expire_holds(), expire_holds()) == (1, 0)
    assert purses() == (650, 350, 0)
    assert HoldResolution.objects.get().kind == "expired"
    assert endless in Hold.objects.open()


def test_expire_holds_waits_for_frozen_wallets_and_goes_on(clocks: Clocks) -> None:
    other = uuid7()
    fund(wallet(other, "GBP"), 100)
    hold(100)
    theirs = new_hold(user_id=other, amount=pounds(70), purpose="bid", lasting=2 * HOUR)
    place_hold(theirs, key="theirs", scope="tests", actor_id=other)
    Account.objects.filter(code=MINE.code).update(status="frozen")
    clocks.advance(3 * HOUR)

    assert expire_holds(limit=1) == 1

    assert balance_of(wallet(other, "GBP")) == 100
    assert purses() == (900, 100, 0)
    Account.objects.filter(code=MINE.code).update(status="open")
    assert expire_holds() == 1


def test_one_posting_may_end_a_hold_and_place_another() -> None:
    old = hold(400)
    new = new_hold(user_id=USER, amount=pounds(500), purpose="bid", lasting=HOUR)

    posted = post(
        Posting(
            "raise",
            "k",
            (*ending(old), *new.lines),
            places=(new,),
            resolves=(Resolution(old.pk, "voided"),),
        )
    )

    assert purses() == (500, 500, 0)
    assert posted.balances[HELD.code].balance == pounds(500)
    assert [placed.pk for placed in Hold.objects.open()] == [new.id]
