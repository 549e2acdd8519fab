"""How a process dies, and how it is told to; needs no Django."""

import os
import signal
from pathlib import Path

ORDER = "TORTURE_DIE_ONCE"
"""Environment variable: the path of a file whose presence orders one death."""


def die() -> None:
    """What ``kill -9`` does, from inside."""
    os.kill(os.getpid(), signal.SIGKILL)


def obey_order() -> None:
    """Die, if that is ordered, and withdraw the order."""
    order = Path(os.environ[ORDER])
    if order.exists():
        order.unlink()
        die()
