"""wrk, which sends as many requests as are answered."""

import subprocess
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.catalogue_parts.questions import Question
from bench.catalogue_parts.servers import HEADERS, Shop

SCRIPT = Path(__file__).parent / "scripts" / "requests.lua"


class Refused(Exception):
    """A run that says nothing: requests failed, or there were fewer of them than were asked for."""


@dataclass(frozen=True, slots=True)
class Load:
    """How requests are sent: ``clients`` at once, for ``seconds``, over connections that are kept."""

    clients: int
    threads: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Answered:
    """``rate`` in requests per second; ``milliseconds`` of each kind of request, where they were timed."""

    requests: int
    rate: float
    milliseconds: dict[str, list[float]]


def rate(shop: Shop, questions: Sequence[Question], load: Load, folder: Path) -> float:
    """Requests per second, none of which is sent twice unless all are one and the same.

    :raises Refused: a request failed, or the questions ran out.
    """
    found, sent = _run(shop, questions, load, folder)
    if len(set(questions)) > 1 and sent > len(questions):
        raise Refused(f"{shop.name} answered all {len(questions):,} questions: write more of them.")
    return found.rate


def timed(shop: Shop, questions: Sequence[Question], load: Load, folder: Path) -> Answered:
    """How long each answer took. Needs a thread for each client.

    :raises Refused: a request failed.
    """
    assert load.clients == load.threads, "One thread cannot tell whose answer it got."
    return _run(shop, questions, load, folder, "timed")[0]


def _run(
    shop: Shop, questions: Sequence[Question], load: Load, folder: Path, *options: str
) -> tuple[Answered, int]:
    lines = folder / "questions"
    lines.write_text("".join(f"{each.kind} {each.path}\n" for each in questions))
    headers = [text for name, value in HEADERS.items() for text in ("-H", f"{name}: {value}")]
    command = [
        "wrk",
        f"--connections={load.clients}",
        f"--threads={load.threads}",
        f"--duration={load.seconds:.0f}s",
        "--timeout=30s",
        f"--script={SCRIPT}",
        *headers,
        f"http://127.0.0.1:{shop.port}",
        "--",
        str(lines),
        str(load.threads),
        *options,
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # Debian's own program
    return _read(shop, ended.stdout)


def _read(shop: Shop, output: str) -> tuple[Answered, int]:
    figures: dict[str, float] = {}
    times: dict[str, list[float]] = defaultdict(list)
    for line in output.splitlines():
        match line.split():
            case ["took", kind, microseconds]:
                times[kind].append(int(microseconds) / 1000)
            case ["requests" | "seconds" | "errors" | "lines" as name, number]:
                figures[name] = float(number)
    if figures["errors"] or not figures["requests"]:
        raise Refused(f"{shop.name} failed {figures['errors']:.0f} times:\n{output[-2000:]}")
    requests = int(figures["requests"])
    answered = Answered(requests, requests / figures["seconds"], dict(times))
    return answered, int(figures["lines"])
