"""Child processes that do not outlive the process that started them."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

PR_SET_PDEATHSIG = 1


def start(
    command: Sequence[str], *, own_group: bool = False, output: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """Start ``command``, which gets SIGTERM if this process ends first, be it by kill -9 (on Linux).

    In a group of its own it hears nothing of Ctrl-C, and can be stopped in good order. Call this
    from the main thread only: the kernel takes the end of the starting thread for ours.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL if own_group else None,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        process_group=0 if own_group else None,
        preexec_fn=_first_words(os.getpid()),  # noqa: PLW1509  # no other thread runs yet
    )


def _first_words(parent: int) -> Callable[[], None]:
    """What the child does before it becomes another program: no lock may be taken in there."""
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def tie_to_parent() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs inherit "ignored"
        if prctl:
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended in between
            os._exit(1)

    return tie_to_parent


def exit_code(child: subprocess.Popen[bytes]) -> int:
    """The ended child's exit code as a shell tells it: 128 + n for signal n."""
    code = child.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def stoppable() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the program by way of its ``finally`` blocks, without a traceback."""

    def leave(number: int, _: object) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)
    yield
