"""Figures and their bars: printed, judged, and with ``--record`` written down."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench import chart
from bench.machine import Machine

ROOT = Path(__file__).resolve().parents[1]

RECORD = "MERCAT_BENCH_RECORD"
"""Set in the environment: this run is to be written down."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured (``value`` in ``unit``), and how it stands to its yardstick.

    ``ratio`` is to ``yardstick``; ``at_least`` and ``at_most`` are its bars. Without them it is
    there for comparison.
    """

    label: str
    value: float
    unit: str
    ratio: float | None = None
    yardstick: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def missed(self) -> bool:
        if self.ratio is None:
            return False
        too_low = self.at_least is not None and self.ratio < self.at_least
        return too_low or (self.at_most is not None and self.ratio > self.at_most)

    @property
    def bar(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:.3g}"
        return "" if self.at_most is None else f"≤ {self.at_most:.3g}"

    @property
    def shown(self) -> str:
        return f"{self.value:,.0f}" if self.value >= 100 else f"{self.value:.3g}"

    @property
    def standing(self) -> str:
        return "" if self.ratio is None else f"{self.part} of {self.yardstick}"

    @property
    def part(self) -> str:
        """The ratio, so that a small one can be told from its bar."""
        return "" if self.ratio is None else f"{self.ratio:.{2 if self.ratio >= 0.1 else 3}f}"


@dataclass(frozen=True, slots=True)
class Result:
    """One run of benchmark ``name``; ``rates`` says which unit its chart is of."""

    name: str
    title: str
    quick: bool
    machine: Machine
    settings: Mapping[str, str]
    figures: Sequence[Figure]
    rates: str
    notes: Sequence[str] = field(default_factory=tuple)

    def conclude(self) -> int:
        """Print all figures and the last line, write them down if asked to, and judge: 1 or 0."""
        missed = [figure for figure in self.figures if figure.missed]
        for figure in self.figures:
            print(_line(figure))
        if os.environ.get(RECORD):
            self._record()
        print(self._last_line(missed))
        return 1 if missed and not self.quick else 0

    def _last_line(self, missed: Sequence[Figure]) -> str:
        said = [
            f"{one.label} {one.part} (bar {one.bar})"
            for one in self.figures
            if one.ratio is not None and one.bar
        ]
        verdict = "rehearsal, not judged" if self.quick else f"{len(missed)} bars missed"
        return f"{self.name}: {'; '.join(said)}: {verdict}"

    def _record(self) -> None:
        path = ROOT / "bench" / "results" / f"{self.name}.json"
        path.parent.mkdir(exist_ok=True)
        day = f"{datetime.now(UTC):%Y-%m-%d}"
        written = {"measured_on": day, **asdict(self)}
        path.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n")
        picture = ROOT / "docs" / f"performance-{self.name}.svg"
        chart.draw(picture, self.title, self.rates, _charted(self))
        document = ROOT / "docs" / "performance.md"
        before = document.read_text() if document.exists() else OPENING
        document.write_text(replaced(before, self.name, _section(self, day, picture.name)))


OPENING = """# Performance

Measured by `bench/run`, which writes this page: each section is one benchmark's. Rates depend on the machine and on what
else it does; ratios within one run are what is judged.
"""


def replaced(document: str, name: str, section: str) -> str:
    """``document`` with ``name``'s section exchanged, or added at its end."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    block = f"{begin}\n{section}\n{end}"
    if begin not in document:
        return f"{document.rstrip()}\n\n{block}\n"
    head, _, rest = document.partition(begin)
    return f"{head}{block}{rest.partition(end)[2]}"


def _section(result: Result, day: str, picture: str) -> str:
    rows = [
        f"| {one.label} | {one.shown} {one.unit} | {one.standing} | {one.bar} |"
        for one in result.figures
    ]
    settings = ", ".join(f"`{name}={value}`" for name, value in result.settings.items())
    return "\n".join(
        [
            f"## {result.title}",
            "",
            f"`bench/run {result.name}`, measured on {day}{' (quick)' if result.quick else ''}.",
            "",
            f"Machine: {result.machine}.",
            "",
            f"Server: {settings}.",
            "",
            "| what | figure | stands at | bar |",
            "| --- | ---: | ---: | ---: |",
            *rows,
            "",
            f"![{result.title}]({picture})",
            *[line for note in result.notes for line in ("", note)],
        ]
    )


def _charted(result: Result) -> list[chart.Column]:
    return [
        chart.Column(one.label, one.value, _bar_value(one))
        for one in result.figures
        if one.unit == result.rates
    ]


def _bar_value(figure: Figure) -> float | None:
    """The bar in the figure's own unit."""
    if not figure.ratio or figure.at_least is None:
        return None
    return figure.value / figure.ratio * figure.at_least


def _line(figure: Figure) -> str:
    verdict = "MISSED" if figure.missed else "" if not figure.bar else "met"
    value = f"{figure.shown:>8} {figure.unit}"
    return f"  {figure.label:<44} {value:<30} {figure.standing:<18} {figure.bar:<8}{verdict}"
