"""What a build has learnt, as a file that any worker can have: in the database, piece by piece."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from analytics.models import Build, BuildFile
from analytics.recommendations import storing
from analytics.recommendations.learnt import Learnt

PIECE = 8 * 2**20
"""Bytes of a row: the whole may be more than an engine takes at once, or a worker wants to hold twice."""


@contextmanager
def written(known: Learnt) -> Iterator[Path]:
    """A file for as long as it lasts."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "learnt.npz"
        storing.save(known, path)
        yield path


def store(build: Build, path: Path) -> None:
    """What is in ``path``. One piece at a time is in memory."""
    with path.open("rb") as file:
        for number, content in enumerate(iter(partial(file.read, PIECE), b"")):
            BuildFile.objects.create(build=build, number=number, content=content)


@lru_cache(maxsize=1)
def learnt(build_id: UUID) -> Learnt:
    """A worker's batches are of one build mostly, so the last one is kept.

    :raises BuildFile.DoesNotExist: the build is whole, and its file gone.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "learnt.npz"
        fetch(build_id, path)
        return storing.load(Learnt, path)


def fetch(build_id: UUID, path: Path) -> None:
    """Write to ``path`` what was stored, one piece at a time.

    :raises BuildFile.DoesNotExist: as above, also if it goes meanwhile.
    """
    pieces = BuildFile.objects.filter(build=build_id)
    numbers = list(pieces.order_by("number").values_list("number", flat=True))
    with path.open("wb") as file:
        for number in numbers or [0]:
            file.write(pieces.get(number=number).content)
