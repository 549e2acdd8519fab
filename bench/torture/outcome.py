"""What became of one case, in numbers that travel as JSON."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Self


class Unavailable(Exception):
    """The case cannot be run on this machine; the message says why."""


@dataclass(slots=True)
class Outcome:
    """``counts`` must all be 0, ``broken`` must be empty; ``figures`` are for the reader."""

    case: str
    counts: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    skipped: str = ""

    @property
    def faults(self) -> list[str]:
        """Everything that is not as it must be, in words."""
        return [*(f"{name}: {count}" for name, count in self.counts.items() if count), *self.broken]

    def expect(self, what: str, found: float, wanted: float) -> None:
        """Note the figure ``what``, and a fault unless it is ``wanted``."""
        self.figures[what] = found
        if found != wanted:
            self.broken.append(f"{what}: {found}, not {wanted}")

    def expect_none(self, what: str, named: Iterable[str]) -> None:
        """Note how many ``what`` were ``named``, and a fault for each."""
        names = list(named)
        self.figures[what] = len(names)
        self.broken += [f"{what}: {name}" for name in names]

    def expect_some(self, what: str, found: float) -> None:
        """Note the figure ``what``, and a fault if there is none: then nothing was put to a test."""
        self.figures[what] = found
        if not found:
            self.broken.append(f"{what}: none, so this case proves nothing")

    def dumps(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str) -> Self:
        return cls(**json.loads(text))
