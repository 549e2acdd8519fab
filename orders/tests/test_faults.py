"""kill -9 at every step of buying, paying and calling off: no order lost, doubled or half, no money astray.

A step is a statement, a commit, or a request to Stripe (a double of it), before it and after it.
``bench/torture/card_audit.py`` says what is counted. ``bench/run checkout-torture`` has these cases
with more crashes, and does the same to SQLite.
"""

import pytest

from bench.torture.pytest_driver import Survive

pytestmark = pytest.mark.xdist_group("races")


def test_a_checkout_killed_at_any_step_is_one_order_when_asked_again(
    survive: Survive,
) -> None:
    outcome = survive("postgresql", "checkout killed at every step")

    assert outcome.figures["killed"] > 30


def test_cancelling_killed_at_any_step_gives_back_once_when_asked_again(
    survive: Survive,
) -> None:
    outcome = survive("postgresql", "cancelling killed at every step")

    assert outcome.figures["killed"] > 25


def test_a_checkout_by_card_killed_at_any_step_is_charged_once_when_asked_again(
    survive: Survive,
) -> None:
    outcome = survive("postgresql", "card checkout killed, asked again")

    assert outcome.figures["killed"] > 60
    assert outcome.figures["paid orders"] > 60


def test_a_checkout_by_card_that_nobody_comes_back_to_is_finished_or_undone_by_sweeps(
    survive: Survive,
) -> None:
    outcome = survive("postgresql", "card checkout killed, left to sweeps")

    assert outcome.figures["killed"] > 60
    assert outcome.figures["paid by sweeps"] > outcome.figures["cancelled by sweeps"] > 2


def test_a_capture_killed_at_any_step_is_booked_once(survive: Survive) -> None:
    outcome = survive("postgresql", "capture killed at every step")

    assert outcome.figures["killed"] > 20


def test_the_money_of_a_card_is_sent_back_once_wherever_cancelling_or_sending_is_killed(
    survive: Survive,
) -> None:
    outcome = survive("postgresql", "card's order, cancelling killed")

    assert outcome.figures["killed"] > 25
    assert outcome.figures["killed at sending back"] > 12


def test_a_webhook_killed_at_any_step_is_followed_up_once(survive: Survive) -> None:
    outcome = survive("postgresql", "webhook killed at every step")

    assert outcome.figures["killed"] > 30


def test_webhooks_doubled_late_and_disordered_change_nothing(survive: Survive) -> None:
    outcome = survive("postgresql", "webhooks doubled, late, disordered")

    assert outcome.figures["webhooks kept"] > 30
    assert outcome.figures["came too late and given back"] == 3


def test_a_transfer_pays_once_wherever_matching_it_is_killed(survive: Survive) -> None:
    outcome = survive("postgresql", "transfers, matching killed")

    assert outcome.figures["killed at book"] > 15
    assert outcome.figures["killed at give_back"] > 8


def test_a_database_killed_under_buyers_who_ask_until_answered_loses_nothing(
    survive: Survive,
) -> None:
    outcome = survive("postgresql", "server killed under buyers")

    assert outcome.figures["crashes"] == 1
    assert outcome.figures["orders placed"] == 32
    assert outcome.figures["orders called off"] == 16
