"""Raw SQL against holds: the database itself must refuse it; see ``test_guards``."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from core.ids import uuid7
from core.testing import Clocks
from ledger.chart import AccountSpec
from ledger.models import Account, Hold
from ledger.tests.attacks import refused
from ledger.tests.books import LATER, Pen, fund
from ledger.tests.test_holds import HELD, HOUR, MINE, SHOP, hold, ten_pounds

pytestmark = pytest.mark.django_db

__all__ = ["ten_pounds"]

Attack = Callable[[Pen, Hold], None]

ATTACKS: dict[str, tuple[str, Attack]] = {}


def attack(rule: str) -> Callable[[Attack], Attack]:
    """Refused by ``rule``."""

    def named(function: Attack) -> Attack:
        ATTACKS[function.__name__] = (rule, function)
        return function

    return named


@attack("holds_tally")
def held_without_a_hold(pen: Pen, placed: Hold) -> None:
    pen.transfer((MINE, -10), (HELD, 10))


@attack("holds_tally")
def taken_without_a_resolution(pen: Pen, placed: Hold) -> None:
    pen.transfer((HELD, -10), (SHOP, 10))


@attack("holds_tally")
def a_hold_without_money(pen: Pen, placed: Hold) -> None:
    header = uuid7()
    pen.entry(header, 1, MINE, -10)
    pen.entry(header, 2, SHOP, 10)
    row(pen, placed, header, amount=10)
    pen.header(header)


@attack("holds_tally")
def a_hold_of_more_than_its_money(pen: Pen, placed: Hold) -> None:
    header = uuid7()
    pen.entry(header, 1, MINE, -10)
    pen.entry(header, 2, HELD, 10)
    row(pen, placed, header, amount=11)
    pen.header(header)


@attack("holds_tally|transaction_closed")
def a_hold_for_a_transaction_that_is_closed(pen: Pen, placed: Hold) -> None:
    row(pen, placed, placed.placed_by_id, amount=400)


@attack("holdresolution")
def a_second_end(pen: Pen, placed: Hold) -> None:
    hold(400)
    end(pen, placed, HELD, MINE)
    end(pen, placed, HELD, MINE)


@attack("captured_too_much")
def an_end_of_more_than_is_held(pen: Pen, placed: Hold) -> None:
    end(pen, placed, HELD, SHOP, kind="captured", captured=401)


@attack("in_time")
def an_end_before_its_time(pen: Pen, placed: Hold) -> None:
    end(pen, placed, HELD, MINE, kind="expired", resolved_at=placed.created_at)


@attack("in_time")
def a_late_capture(pen: Pen, placed: Hold) -> None:
    end(pen, placed, HELD, SHOP, kind="captured", captured=400)


@attack("hold_append_only")
def another_amount(pen: Pen, placed: Hold) -> None:
    pen.write("UPDATE ledger_hold SET amount = 1")


@attack("hold_append_only")
def no_hold(pen: Pen, placed: Hold) -> None:
    pen.write("DELETE FROM ledger_hold")


@attack("same_owner")
def another_persons_wallet(pen: Pen, placed: Hold) -> None:
    header = uuid7()
    pen.entry(header, 1, MINE, -10)
    pen.entry(header, 2, HELD, 10)
    row(pen, placed, header, amount=10, wallet_id=Account.objects.get(code=SHOP.code).pk)


def row(pen: Pen, placed: Hold, header: UUID, **columns: Any) -> None:
    usual: dict[str, Any] = {
        "id": uuid7(),
        "wallet_id": placed.wallet_id,
        "held_id": placed.held_id,
        "amount": 10,
        "purpose": "forged",
        "reference": "",
        "placed_by_id": header,
        "created_at": LATER,
    }
    pen.insert("ledger_hold", **usual | columns)


def end(pen: Pen, placed: Hold, source: AccountSpec, target: AccountSpec, **columns: Any) -> None:
    header = uuid7()
    pen.entry(header, 1, source, -placed.amount)
    pen.entry(header, 2, target, placed.amount)
    usual: dict[str, Any] = {"kind": "voided", "captured": 0, "transaction_id": header}
    usual |= {"hold_id": placed.pk, "resolved_at": LATER}
    pen.insert("ledger_holdresolution", **usual | columns)
    pen.header(header)


@pytest.mark.parametrize(("rule", "write"), ATTACKS.values(), ids=ATTACKS)
def test_an_attack_on_holds_is_refused(rule: str, write: Attack) -> None:
    placed = hold(400)
    fund(SHOP, 100)
    connection.check_constraints()

    with refused(rule) as pen:
        write(pen, placed)


@pytest.mark.postgresql
def test_a_late_capture_with_a_forged_time_is_refused(clocks: Clocks) -> None:
    placed = hold(400)
    fund(SHOP, 100)
    connection.check_constraints()
    clocks.advance(2 * HOUR)

    with refused("in_time") as pen:
        end(pen, placed, HELD, SHOP, kind="captured", captured=400, resolved_at=placed.created_at)
