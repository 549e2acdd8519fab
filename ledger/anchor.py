"""Heads of the chain of seals, written where whoever rewrites the database does not get at them.

One line of JSON per seal. A file that is ahead of the database, or tells another root for the same
number, proves that the database is an older copy or was rewritten.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

from core.errors import Conflict
from ledger.models import Seal


class AnchorDiffers(Conflict):
    """The anchor file knows of seals that this database does not have, or has otherwise."""

    code = "anchor_differs"


class AnchorUnreadable(ValueError):
    """A line of the anchor file is not what this software writes."""


@dataclass(frozen=True, slots=True)
class Head:
    """One seal as the anchor has it; hashes and signature are hex, the time is ISO 8601, UTC."""

    number: int
    count: int
    previous_hash: str
    root_hash: str
    sealed_at: str
    key_id: str
    signature: str

    @classmethod
    def of(cls, seal: Seal) -> Self:
        return cls(
            seal.number,
            seal.count,
            bytes(seal.previous_hash).hex(),
            bytes(seal.root_hash).hex(),
            seal.sealed_at.isoformat(),
            seal.key_id,
            bytes(seal.signature).hex(),
        )

    @classmethod
    def parse(cls, line: str) -> Self:
        """:raises AnchorUnreadable: it is no such line."""
        try:
            found = json.loads(line)
            return cls(
                **found | {"number": int(found["number"]), "root_hash": str(found["root_hash"])}
            )
        except (ValueError, TypeError, KeyError) as error:
            raise AnchorUnreadable(f"not a line of an anchor: {line[:80]!r}") from error

    def line(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":")) + "\n"


def heads(since: int = 0) -> Iterator[Head]:
    """Those after number ``since``, in order."""
    seals = Seal.objects.filter(number__gt=since).order_by("number")
    return (Head.of(seal) for seal in seals.iterator(chunk_size=1_000))


def anchored(path: Path) -> Iterator[Head]:
    """The lines of an anchor file, as they come. A last line without its end was never finished.

    :raises AnchorUnreadable: another line is none.
    """
    with path.open() as lines:
        for line in lines:
            if line.endswith("\n"):
                yield Head.parse(line)


def append(path: Path) -> int:
    """Bring an anchor file, made if need be, up to the last seal, down to the disk. Idempotent.

    Whoever comes second waits. Returns how many lines were missing.

    :raises AnchorDiffers: it is ahead of the database, or goes on from another seal.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = _agreed_last(file)
        lines = [head.line() for head in heads(since=last)]
        file.write("".join(lines).encode())
        file.flush()
        os.fsync(file.fileno())
    return len(lines)


def check(path: Path) -> None:
    """:raises AnchorDiffers: as ``append`` would, before anything is built upon it."""
    if path.exists():
        with path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _agreed_last(file)


def _agreed_last(file: IO[bytes]) -> int:
    """The number of the last line, 0 for none, after cutting off what a crash left unfinished."""
    line = _last_line(file)
    if not line:
        return 0
    last = Head.parse(line)
    seal = Seal.objects.filter(number=last.number).first()
    if seal is None or bytes(seal.root_hash).hex() != last.root_hash:
        raise AnchorDiffers(
            f"The anchor {file.name} has a seal {last.number} that this database has not, or has "
            "otherwise: it is an older copy or another one. If that is meant, move the file away."
        )
    return last.number


def _last_line(file: IO[bytes], window: int = 4096) -> str:
    """A line is far shorter than ``window``."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - window))
    tail = file.read()
    whole = tail[: tail.rfind(b"\n") + 1]
    if len(whole) < len(tail):
        file.truncate(size - len(tail) + len(whole))
    return whole[whole.rfind(b"\n", 0, -1) + 1 :].decode()
