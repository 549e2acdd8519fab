"""What people read of a torture: one line per case, and one of figures at the end."""

import os
import platform
from collections.abc import Iterable, Sequence

from bench.torture.outcome import Outcome

HEAD = """\
Under torture: processes race, are killed, and the books are held against their notes.
{machine}, Python {python}, {cores} cores. Commits wait for the disk (asserted after each case).
kill -9 is not a loss of power: the operating system survives, and with it what was written.
"""
FIRST = ("acknowledged", "refused", "per second", "p99 ms", "deadlocks", "retries")
"""Figures that stand in front, where a case has them."""
SUMMED = ("acknowledged", "refused", "in doubt", "deadlocks", "crashes", "lost acknowledgements")


def head() -> str:
    return HEAD.format(
        machine=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        cores=os.cpu_count(),
    )


def line(engine: str, outcome: Outcome, seconds: float) -> str:
    """One case: verdict, figures, and each fault on a line of its own."""
    verdict = "skipped" if outcome.skipped else "FAILED" if outcome.faults else "ok"
    text = f"{engine:10} {outcome.case:34} {verdict:7} {seconds:6.1f} s  "
    text += outcome.skipped or _figures(outcome)
    return "\n".join([text, *(f"    ! {fault}" for fault in outcome.faults)])


def last(outcomes: Sequence[Outcome], seconds: float) -> str:
    """One line of figures over all cases."""
    sums = {name: sum(one.figures.get(name, 0) for one in outcomes) for name in SUMMED}
    counted = {name: _sum(outcomes, name) for name in ("lost", "phantom", "doubled", "leaked")}
    faults = sum(len(one.faults) for one in outcomes)
    skipped = sum(bool(one.skipped) for one in outcomes)
    figures = {"cases": len(outcomes), "skipped": skipped, "faults": faults} | counted | sums
    figures["lost in the positive control"] = figures.pop("lost acknowledgements")
    return _joined(figures.items()) + f", {seconds:.0f} s"


def _sum(outcomes: Iterable[Outcome], count: str) -> int:
    return sum(one.counts.get(count, 0) for one in outcomes)


def _figures(outcome: Outcome) -> str:
    """Those of every case in front, then the case's own."""
    own = [name for name in outcome.figures if name not in (*FIRST, "seconds")]
    names = [name for name in FIRST if name in outcome.figures] + own
    return _joined((name, outcome.figures[name]) for name in names)


def _joined(figures: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {value}" for name, value in figures)
