"""A model as a file, so that it is fitted once and scored from by many workers."""

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from scipy import sparse

M = TypeVar("M")
PARTS = ("data", "indices", "indptr", "shape")


def save(model: Any, path: Path) -> None:
    """Write a dataclass of arrays, sparse matrices, numbers and others like it (``.npz``).

    It is written beside ``path`` and renamed, so that nobody reads half of it.
    """
    draft = path.with_name(f"{path.name}.draft.npz")
    np.savez(draft, **_flat(model, ""))
    draft.replace(path)


def load(kind: type[M], path: Path) -> M:
    """What ``save`` wrote of a ``kind``. Nothing in the file is run."""
    with np.load(path, allow_pickle=False) as arrays:
        return _built(kind, {name: arrays[name] for name in arrays.files}, "")


def _flat(model: Any, prefix: str) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for field in fields(model):
        name, value = f"{prefix}{field.name}", getattr(model, field.name)
        if is_dataclass(value):
            flat |= _flat(value, f"{name}.")
        elif sparse.issparse(value):
            flat |= {f"{name}.{part}": getattr(value, part) for part in PARTS}
        else:
            flat[name] = np.asarray(value)
    return flat


def _built(kind: type[M], arrays: dict[str, Any], prefix: str) -> M:
    named = {field.name: _value(field.type, arrays, prefix + field.name) for field in fields(kind)}  # type: ignore[arg-type]  # every model is a dataclass
    return kind(**named)


def _value(kind: Any, arrays: dict[str, Any], name: str) -> Any:
    if is_dataclass(kind):
        return _built(kind, arrays, f"{name}.")  # type: ignore[arg-type]  # as above
    if name in arrays:
        return arrays[name] if arrays[name].ndim else arrays[name].item()
    values, indices, indptr, shape = (arrays[f"{name}.{part}"] for part in PARTS)
    return sparse.csr_matrix((values, indices, indptr), tuple(shape))
