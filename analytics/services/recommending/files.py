"""What a build has learnt, as rows that any worker can read."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from analytics.models import Build, BuildFile
from analytics.recommendations import storing
from analytics.recommendations.again import Habits
from analytics.recommendations.algorithm import Model
from analytics.recommendations.catalogue import MODELS
from analytics.recommendations.purchases import Purchases
from analytics.recommendations.reasons import Shoppers


@dataclass(frozen=True, slots=True)
class Learnt:
    """``allowed`` says of each item whether it may be recommended."""

    model: Model
    purchases: Purchases
    allowed: NDArray[np.bool_]
    shoppers: Shoppers
    habits: Habits


@dataclass(frozen=True, slots=True)
class Allowed:
    items: NDArray[np.bool_]


def stored(
    build: Build, algorithm: str, model: Any, bought: Purchases, allowed: NDArray[np.bool_]
) -> list[BuildFile]:
    """Not saved yet."""
    parts = {f"model.{algorithm}": model, "purchases": bought, "allowed": Allowed(allowed)}
    return [BuildFile(build=build, name=name, content=_bytes(part)) for name, part in parts.items()]


@lru_cache(maxsize=1)
def learnt(build_id: UUID) -> Learnt:
    """A worker's batches are of one build mostly, so the last one is kept.

    :raises BuildFile.DoesNotExist: the build is done, and its files are gone.
    """
    files = BuildFile.objects.filter(build=build_id)
    fitted = files.get(name__startswith="model.")
    model = _part(MODELS[fitted.name.removeprefix("model.")], fitted)
    bought = _part(Purchases, files.get(name="purchases"))
    allowed = _part(Allowed, files.get(name="allowed")).items
    return Learnt(model, bought, allowed, Shoppers.of(bought), Habits(bought))


def _bytes(part: Any) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "part.npz"
        storing.save(part, path)
        return path.read_bytes()


def _part(kind: Any, file: BuildFile) -> Any:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "part.npz"
        path.write_bytes(file.content)
        return storing.load(kind, path)
