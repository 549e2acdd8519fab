"""What each worker sent and was told, written to a file that outlives the worker.

One line per event, handed to the operating system before the worker goes on: kill -9 loses none.
``SENT key request``, then ``ACK key transaction balances new|replayed microseconds`` or
``NACK key reason``; ``RETRY key reason`` in between. A key with ``SENT`` alone is in doubt.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Request:
    """A posting to be: account codes and minor units; ``reverses`` is a transaction's id."""

    key: str
    lines: tuple[tuple[str, int], ...]
    reverses: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was posted; ``balances`` are (balance, version) by account code."""

    transaction_id: str
    balances: Mapping[str, tuple[int, int]]
    replayed: bool


class Journal:
    """One worker's notes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def sent(self, request: Request) -> None:
        self._note("SENT", request.key, _dense([request.lines, request.reverses]))

    def acked(self, key: str, answer: Answer, seconds: float) -> None:
        how = "replayed" if answer.replayed else "new"
        balances = _dense(answer.balances)
        self._note("ACK", key, answer.transaction_id, balances, how, str(round(seconds * 1e6)))

    def refused(self, key: str, reason: str) -> None:
        self._note("NACK", key, reason)

    def retried(self, key: str, reason: str) -> None:
        self._note("RETRY", key, reason)

    def _note(self, *words: str) -> None:
        self._file.write(" ".join(words) + "\n")


@dataclass(slots=True)
class History:
    """The notes of all workers together, by key."""

    sent: dict[str, Request] = field(default_factory=dict)
    acks: dict[str, list[Answer]] = field(default_factory=dict)
    refusals: dict[str, list[str]] = field(default_factory=dict)
    retries: Counter[str] = field(default_factory=Counter)
    microseconds: list[int] = field(default_factory=list)

    @property
    def in_doubt(self) -> list[Request]:
        """Sent, and neither acknowledged nor refused: they may have been posted or not."""
        known = self.acks.keys() | self.refusals.keys()
        return [request for key, request in self.sent.items() if key not in known]

    @property
    def reasons(self) -> Counter[str]:
        """How often each reason of a refusal was given."""
        return Counter(reason for reasons in self.refusals.values() for reason in reasons)


def read(folder: Path) -> History:
    """All notes in ``folder``."""
    history = History()
    for path in sorted(folder.glob("*.log")):
        for verb, key, *words in _events(path):
            _READERS[verb](history, key, *words)
    return history


def count_acks(folder: Path) -> int:
    """How many acknowledgements stand in ``folder`` by now."""
    return sum(path.read_text().count("\nACK ") for path in folder.glob("*.log"))


def _events(path: Path) -> Iterator[list[str]]:
    """A last line without its end was never finished, so it does not count."""
    for line in path.read_text().splitlines(keepends=True):
        if line.endswith("\n"):
            yield line.split()


def _sent(history: History, key: str, text: str) -> None:
    lines, reverses = json.loads(text)
    history.sent[key] = Request(key, tuple((code, amount) for code, amount in lines), reverses)


def _acked(history: History, key: str, *words: str) -> None:
    transaction_id, balances, how, microseconds = words
    found = {code: (balance, version) for code, (balance, version) in json.loads(balances).items()}
    history.acks.setdefault(key, []).append(Answer(transaction_id, found, how == "replayed"))
    history.microseconds.append(int(microseconds))


def _refused(history: History, key: str, reason: str) -> None:
    history.refusals.setdefault(key, []).append(reason)


def _retried(history: History, _: str, reason: str) -> None:
    history.retries[reason] += 1


_READERS: dict[str, Any] = {"SENT": _sent, "ACK": _acked, "NACK": _refused, "RETRY": _retried}


def _dense(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
