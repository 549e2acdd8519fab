"""A pytest plugin: drivers of the torture chamber, which outlive a test as they take seconds to start."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from bench.cluster import ServerNotFound
from bench.torture.client import Torture
from bench.torture.outcome import Outcome

Survive = Callable[[str, str], Outcome]


@pytest.fixture(scope="session")
def survive() -> Iterator[Survive]:
    """``survive("sqlite", "transfers")`` runs the quick form of a case, which must be without fault.

    Each engine's databases are its own, whatever DATABASE_URL says. Skips what cannot be run here.
    """
    running: dict[str, Torture] = {}
    with ExitStack() as stack:

        def survived(engine: str, case: str) -> Outcome:
            if engine not in running:
                try:
                    running[engine] = stack.enter_context(Torture(engine))
                except ServerNotFound as reason:
                    pytest.skip(str(reason))
            outcome = running[engine].run(case, quick=True)
            if outcome.skipped:
                pytest.skip(outcome.skipped)
            assert outcome.faults == [], "\n".join(outcome.faults)
            return outcome

        yield survived
