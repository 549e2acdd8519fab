from collections.abc import Callable
from pathlib import Path

import pytest

from demo.online_retail import Goods, goods
from demo.tests.factories import HEADER


@pytest.fixture(scope="session")
def all_goods() -> dict[str, Goods]:
    """The shipped file's goods, read once for all tests: that takes seconds."""
    return goods()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of the header and the given lines, in UTF-8 unless they are bytes."""

    def write(*lines: str | bytes, name: str = "sales.csv") -> Path:
        path = tmp_path / name
        encoded = [line if isinstance(line, bytes) else line.encode() for line in lines]
        path.write_bytes(b"\n".join([HEADER.encode(), *encoded, b""]))
        return path

    return write
