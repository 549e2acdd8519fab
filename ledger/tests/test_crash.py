"""kill -9, lost connections, lost answers, a full disk: what was acknowledged is there, once.

``bench/run ledger-torture`` is the long form, with more crashes. Losing power is not tested: the
operating system survives, and with it what was written. That commits wait for the disk is asserted.
"""

import pytest

from bench.torture.pytest_driver import Survive
from ledger.tests.test_torture import BOTH, COUNTED

pytestmark = pytest.mark.xdist_group("races")

WORKERS = 4


@BOTH
def test_a_client_killed_between_two_statements_has_posted_or_not(
    survive: Survive, engine: str
) -> None:
    outcome = survive(engine, "clients killed between statements")

    ways = {"sqlite": 1, "postgresql": 3}[engine]
    assert outcome.counts == dict.fromkeys(COUNTED, 0)
    assert outcome.figures["killed too late to matter"] == ways
    assert outcome.figures["killed in time"] >= 3
    assert outcome.figures["commits durable"]


def test_clients_killed_under_load_lose_nothing(survive: Survive) -> None:
    outcome = survive("postgresql", "clients killed under load")

    assert outcome.counts == dict.fromkeys(COUNTED, 0)
    assert outcome.figures["clients killed"] == 4 + WORKERS


def test_a_file_whose_writers_are_all_killed_loses_nothing(survive: Survive) -> None:
    outcome = survive("sqlite", "all writers killed")

    assert outcome.counts == dict.fromkeys(COUNTED, 0)
    assert outcome.figures["in doubt"] <= WORKERS
    assert outcome.figures["commits durable"]


def test_a_server_killed_under_load_loses_nothing(survive: Survive) -> None:
    outcome = survive("postgresql", "server killed")

    assert outcome.counts == dict.fromkeys(COUNTED, 0)
    assert outcome.figures["in doubt"] <= WORKERS
    assert outcome.figures["commits durable"]


def test_a_server_that_forgets_is_found_out(survive: Survive) -> None:
    """Or the test above would be blind."""
    outcome = survive("postgresql", "server killed, positive control")

    assert outcome.figures["lost acknowledgements"] > 0
    assert not outcome.figures["commits durable"]


def test_connections_broken_under_load_lose_nothing(survive: Survive) -> None:
    outcome = survive("postgresql", "connections broken")

    assert outcome.counts == dict.fromkeys(COUNTED, 0)
    assert outcome.figures["connections broken"] >= 20


@BOTH
def test_a_full_disk_refuses_and_loses_nothing(survive: Survive, engine: str) -> None:
    outcome = survive(engine, "disk full")

    assert outcome.counts == dict.fromkeys(COUNTED, 0)
    assert outcome.figures["refused for want of room"] >= 10


def test_a_web_worker_that_dies_before_it_answers_leaves_one_effect(survive: Survive) -> None:
    outcome = survive("sqlite", "web worker killed")

    assert outcome.figures["effects before the retry"] == 1
    assert outcome.figures["status of the retry"] == 201
    assert outcome.figures["retry replays"]
    assert outcome.figures["effects"] == 1


def test_answers_that_nobody_heard_leave_one_effect(survive: Survive) -> None:
    outcome = survive("postgresql", "answers dropped")

    assert outcome.figures["status"] == 201
    assert not outcome.figures["answers that differ"]
    assert outcome.figures["another person's is new"]
    assert outcome.figures["effects"] == 2
