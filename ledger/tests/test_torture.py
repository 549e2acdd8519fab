"""Worker processes over the same few accounts: what remains is exact, whoever locks how.

``bench/run ledger-torture`` is the long form. Each case counts what ``bench/torture/audit.py`` says.
"""

import pytest

from bench.torture.pytest_driver import Survive

pytestmark = pytest.mark.xdist_group("races")

BOTH = pytest.mark.parametrize("engine", ["sqlite", "postgresql"])

COUNTED = {
    "lost",
    "phantom",
    "doubled",
    "leaked",
    "never settled",
    "balances off",
    "answers unlike their entries",
    "discrepancies",
}


@BOTH
def test_transfers_between_few_accounts_lose_nothing(survive: Survive, engine: str) -> None:
    outcome = survive(engine, "transfers")

    assert outcome.counts == dict.fromkeys(COUNTED, 0)
    assert outcome.figures["deadlocks"] == 0
    assert outcome.figures["refused for want of money"] == outcome.figures["refused"] > 0
    assert outcome.figures["lowest balance"] >= 0


def test_locks_in_any_order_lose_nothing(survive: Survive) -> None:
    outcome = survive("postgresql", "unordered locks")

    assert outcome.counts == dict.fromkeys(COUNTED, 0)


def test_without_locks_the_database_refuses_what_is_stale(survive: Survive) -> None:
    outcome = survive("postgresql", "no locks")

    assert outcome.counts == dict.fromkeys(COUNTED, 0)
    assert outcome.figures["stale"] > 0


@BOTH
def test_a_key_from_all_workers_has_one_effect(survive: Survive, engine: str) -> None:
    outcome = survive(engine, "one key")

    assert outcome.figures["answers"] == 80
    assert outcome.figures["answers of a first time"] == 10
    assert outcome.figures["balance"] == 1010


def test_of_two_reversals_one_succeeds(survive: Survive) -> None:
    outcome = survive("postgresql", "reversals")

    assert outcome.figures["reversals that succeeded"] == 20
    assert outcome.figures["reversals refused"] == 20


def test_accounts_that_all_want_are_opened_once(survive: Survive) -> None:
    outcome = survive("postgresql", "openings")

    assert outcome.figures["accounts"] == 10
    assert outcome.figures["accounts with everybody's money"] == 10


@BOTH
def test_a_hold_ends_once(survive: Survive, engine: str) -> None:
    outcome = survive(engine, "holds")

    ends = [outcome.figures[kind] for kind in ("captured", "voided", "expired")]
    assert sum(ends) == outcome.figures["holds with an end"] == 20
    assert outcome.figures["still held"] == 0


def test_clocks_that_step_do_not_turn_time_back(survive: Survive) -> None:
    outcome = survive("sqlite", "clocks that step")

    assert outcome.counts == dict.fromkeys(COUNTED, 0)
    assert outcome.figures["entries of an hour ahead"] > 0
