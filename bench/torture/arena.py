"""One case at work: its database, its workers' notes, and what it comes to."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.torture import audit, journal, posters, workers, workload
from bench.torture.journal import Journal, Request
from bench.torture.outcome import Outcome
from bench.torture.posters import Post
from bench.torture.stores import Store
from ledger.models import Account

POOR = ("insufficient_funds", "ledger_account_balance_not_below_floor")
"""What the service says of it, and the database."""
PATIENCE = 60
"""Seconds until something that must happen has happened."""


class Stuck(Exception):
    """What a case waits for does not happen."""


@dataclass(slots=True)
class Arena:
    """``notes`` is an empty folder for the workers' journals."""

    store: Store
    notes: Path
    outcome: Outcome
    quick: bool
    initial: dict[str, int] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long workers work, where nothing else ends it."""
        return 0.5 if self.quick else 15

    @property
    def hands(self) -> int:
        """How many are at work at once, where the case is not about their number."""
        return 4 if self.quick else 8

    @property
    def rounds(self) -> int:
        """How often something is killed."""
        return 1 if self.quick else 8

    @property
    def repeats(self) -> int:
        """How often the same thing is asked for."""
        return 10 if self.quick else 200

    @property
    def load(self) -> int:
        """How many acknowledgements at most are awaited before a kill."""
        return 40 if self.quick else 300

    def open(self, codes: Sequence[str], amount: int = workload.INITIAL) -> None:
        """Accounts with money, which is where the audit begins to count."""
        workload.fill(codes, amount)
        self.initial = dict(Account.objects.values_list("code", "balance"))

    def job(
        self, name: str, post: Post, requests: Iterable[Request], *, stubborn: bool = False
    ) -> workers.Job:
        """A worker that posts ``requests`` and notes it under ``name``; see ``workers.work``."""

        def at_work() -> None:
            with Journal(self.notes / f"{name}.log") as notes:
                workers.work(notes, post, requests, stubborn=stubborn)

        return at_work

    def race(self, jobs: Sequence[workers.Job]) -> None:
        """All ``jobs`` at once, to their ends."""
        began = time.perf_counter()
        codes = workers.run(jobs)
        self.outcome.figures["seconds"] = round(time.perf_counter() - began, 2)
        self.outcome.expect("workers that failed", sum(code != 0 for code in codes), 0)

    def settle(self, most: int) -> int:
        """Send again, through the service, what is in doubt; how many of these had been posted.

        More than ``most`` in doubt is a fault: each crash can leave one per worker.
        """
        doubts = journal.read(self.notes).in_doubt
        figures = self.outcome.figures
        figures["in doubt"] = figures.get("in doubt", 0) + len(doubts)
        if len(doubts) > most:
            self.outcome.broken.append(f"in doubt: {len(doubts)}, more than {most}")
        workers.run([self.job(f"settler-{time.monotonic_ns()}", posters.service, doubts)])
        history = journal.read(self.notes)
        settled = [history.acks.get(request.key, []) for request in doubts]
        posted = sum(any(ack.replayed for ack in acks) for acks in settled)
        figures["in doubt, but posted"] = figures.get("in doubt, but posted", 0) + posted
        return posted

    def audit(self) -> None:
        """Count everything; faults and figures go to the outcome."""
        history = journal.read(self.notes)
        self.outcome.counts = audit.count(history, self.initial)
        self.outcome.expect("commits durable", self.store.durable(), wanted=True)
        self.outcome.figures |= _figures(history, self.outcome.figures.get("seconds", 0))

    def expect_poor(self, history: journal.History) -> None:
        """Want of money is the one reason for which anything was refused, and it was."""
        poor = sum(history.reasons[reason] for reason in POOR)
        self.outcome.expect_none("refused for another reason", history.reasons.keys() - {*POOR})
        self.outcome.expect_some("refused for want of money", poor)

    def await_acks(self, number: int) -> None:
        """Until ``number`` more acknowledgements are noted than are now.

        :raises Stuck: they do not come.
        """
        wanted = journal.count_acks(self.notes) + number
        await_that(lambda: journal.count_acks(self.notes) >= wanted)


def await_that(condition: Callable[[], bool]) -> None:
    """:raises Stuck: it does not come true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise Stuck
        time.sleep(0.01)


def _figures(history: journal.History, seconds: float) -> dict[str, float]:
    times = sorted(history.microseconds)
    figures = {
        "acknowledged": len(times),
        "refused": history.reasons.total(),
        "retries": history.retries.total(),
        "deadlocks": history.retries["deadlock"],
        "p99 ms": round(times[len(times) * 99 // 100] / 1000, 1) if times else 0,
    }
    return figures | ({"per second": round(len(times) / seconds)} if seconds else {})
