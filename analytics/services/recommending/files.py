"""What a build has learnt, as a row that any worker can read."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from analytics.models import Build, BuildFile
from analytics.recommendations import storing
from analytics.recommendations.again import Habits
from analytics.recommendations.fitted import Fitted

K = TypeVar("K")


@dataclass(frozen=True)
class Learnt:
    """``allowed`` says of each item whether it may be recommended."""

    fitted: Fitted
    habits: Habits
    allowed: NDArray[np.bool_]

    def product(self, item: int) -> UUID:
        return UUID(self.fitted.items[item])

    def customer(self, row: int) -> UUID:
        return UUID(self.fitted.customers[row])


def stored(build: Build, learnt: Learnt) -> BuildFile:
    """Not saved yet."""
    return BuildFile(build=build, content=_bytes(learnt))


@lru_cache(maxsize=1)
def learnt(build_id: UUID) -> Learnt:
    """A worker's batches are of one build mostly, so the last one is kept.

    :raises BuildFile.DoesNotExist: the build is whole, and its file gone.
    """
    return _read(Learnt, bytes(BuildFile.objects.get(build=build_id).content))


def _bytes(part: Any) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "part.npz"
        storing.save(part, path)
        return path.read_bytes()


def _read(kind: type[K], content: bytes) -> K:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "part.npz"
        path.write_bytes(content)
        return storing.load(kind, path)
