"""Processes that are killed at every step of what they do: one at each, until one is not."""

import signal
from collections.abc import Callable

from bench.torture import workers
from bench.torture.crashes import Fuse

AT_ONCE = 6
"""How many are on their way together, each to a step of its own."""
Light = Callable[[Fuse], None]


def die_at_every_step(prepare: Callable[[], workers.Job], light: Light = Fuse.light) -> list[int]:
    """How each ended: killed (``-SIGKILL``), or whole (0), or by an error, in the order of the steps.

    ``prepare`` makes a job for each step; ``light`` says what a fuse burns at.
    """
    codes: list[int] = []
    while killed(codes) == len(codes):
        steps = range(len(codes) + 1, len(codes) + 1 + AT_ONCE)
        ended = workers.run([_fused(prepare(), step, light) for step in steps])
        codes += [code or 0 for code in ended]
    return codes


def killed(codes: list[int]) -> int:
    return codes.count(-signal.SIGKILL)


def failed(codes: list[int]) -> int:
    """How many ended by an error of theirs."""
    return len(codes) - killed(codes) - codes.count(0)


def _fused(job: workers.Job, step: int, light: Light) -> workers.Job:
    def fused() -> None:
        light(Fuse(step))
        job()

    return fused
