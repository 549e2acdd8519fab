"""The audit of the torture chamber sees each fault that it counts, and no other."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.torture import audit, journal, workload
from bench.torture.journal import Answer, History, Journal, Request
from bench.torture.workload import WORLD
from ledger.models import Account
from ledger.services import post
from ledger.tests.test_torture import COUNTED

pytestmark = pytest.mark.django_db

POT = workload.pots(1)[0]
GIFT = Request("gift", ((WORLD, -5), (POT, 5)))
SECOND = Request("second", ((WORLD, -7), (POT, 7)))


def told(request: Request) -> Answer:
    return workload.answer(post(workload.posting(request)))


@pytest.fixture
def history() -> History:
    """One gift, acknowledged."""
    return History(sent={"gift": GIFT}, acks={"gift": [told(GIFT)]})


def faults(history: History) -> dict[str, int]:
    counts = audit.count(history, {})
    assert counts.keys() == COUNTED
    return {name: count for name, count in counts.items() if count}


def test_nothing_is_found_where_nothing_is_wrong(history: History) -> None:
    assert faults(history) == {}


def test_an_acknowledged_key_without_transaction_is_lost(history: History) -> None:
    ack = replace(history.acks["gift"][0], balances={})
    history.sent["second"], history.acks["second"] = SECOND, [ack]

    assert faults(history) == {"lost": 1, "balances off": 2}
    assert audit.lost(history) == 1


def test_a_transaction_that_nobody_sent_is_a_phantom(history: History) -> None:
    told(SECOND)

    assert faults(history) == {"phantom": 1, "balances off": 2}


def test_a_refused_key_with_a_transaction_is_a_leak(history: History) -> None:
    told(SECOND)
    history.sent["second"], history.refusals["second"] = SECOND, ["insufficient_funds"]

    assert faults(history) == {"leaked": 1, "balances off": 2}


def test_a_key_without_answer_is_not_settled(history: History) -> None:
    history.sent["second"] = SECOND

    assert faults(history) == {"never settled": 1}
    assert history.in_doubt == [SECOND]


def test_two_answers_that_differ_are_a_double(history: History) -> None:
    other = replace(history.acks["gift"][0], transaction_id="another")
    history.acks["gift"].append(other)

    assert faults(history) == {"doubled": 1, "answers unlike their entries": 2}


def test_an_answer_with_another_balance_is_unlike_its_entry(history: History) -> None:
    ack = history.acks["gift"][0]
    history.acks["gift"] = [replace(ack, balances={**ack.balances, POT: (6, 1)})]

    assert faults(history) == {"answers unlike their entries": 1}


def test_money_that_was_there_before_counts(history: History) -> None:
    pot = Account.objects.get(code=POT)

    assert audit.count(history, {POT: 1})["balances off"] == 1
    assert pot.balance == 5


def test_notes_come_back_as_they_were_made(tmp_path: Path) -> None:
    answer = Answer("id", {POT: (5, 1), WORLD: (-5, 1)}, replayed=False)
    with Journal(tmp_path / "one.log") as notes:
        notes.sent(GIFT)
        notes.retried("gift", "deadlock")
        notes.acked("gift", answer, 0.25)
        notes.sent(SECOND)
        notes.refused("second", "insufficient_funds")

    history = journal.read(tmp_path)

    assert history.sent == {"gift": GIFT, "second": SECOND}
    assert history.acks == {"gift": [answer]}
    assert history.reasons == {"insufficient_funds": 1}
    assert history.retries == {"deadlock": 1}
    assert history.microseconds == [250_000]
    assert history.in_doubt == []
    assert journal.count_acks(tmp_path) == 1


def test_a_line_that_was_cut_off_was_not_said(tmp_path: Path) -> None:
    path = tmp_path / "one.log"
    with Journal(path) as notes:
        notes.sent(GIFT)
    path.write_text(path.read_text() + "NACK gift insuff")

    assert journal.read(tmp_path).in_doubt == [GIFT]
