"""kill -9 at every step of buying and calling off: no order lost, doubled or half, no money astray.

``bench/run ledger-torture`` has these cases, too, and does the same to SQLite.
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
