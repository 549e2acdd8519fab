"""Makes ``.venv`` and puts the locked packages in it, once per version of the lock file.

``_install.py requirements-dev.txt`` does it for ``bin/test`` and ``bin/check``. Needs nothing but Python.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from _children import exit_code, start, stoppable

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
UNFINISHED = VENV / ".unfinished"
PIN = re.compile(r"^[\w.\[\],-]+==", re.MULTILINE)
BAR_WIDTH = 30


def install(lock: str) -> None:
    """Bring ``.venv`` to what ``lock`` says; quick where it is there already."""
    with _one_at_a_time():
        if not _is_installed(lock):
            _make_venv()
            _forget_stamps()
            _install_packages(lock)
            _stamp(lock)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two commands started together do not install over each other."""
    folder = os.open(ROOT / "bin", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _is_installed(lock: str) -> bool:
    stamp = VENV / lock
    return (
        stamp.exists()
        and not UNFINISHED.exists()
        and stamp.read_bytes() == (ROOT / lock).read_bytes()
        and _venv_works()
    )


def _venv_works() -> bool:
    """False also for a half-made one, and for one whose Python was removed or replaced."""
    if not Path(PYTHON).exists():
        return False
    return not subprocess.run(
        [PYTHON, "-c", "import pip"], capture_output=True, check=False
    ).returncode


def _make_venv() -> None:
    """Make it, or make it anew where an earlier one was left unfinished."""
    if UNFINISHED.exists() or not _venv_works():
        shutil.rmtree(VENV, ignore_errors=True)
        VENV.mkdir()
        UNFINISHED.touch()
        _run([sys.executable, "-m", "venv", str(VENV)], "Making .venv", lambda _: 0.0)


def _forget_stamps() -> None:
    UNFINISHED.touch()
    for stamp in VENV.glob("requirements*.txt"):
        stamp.unlink()


def _install_packages(lock: str) -> None:
    pins = len(PIN.findall((ROOT / lock).read_text()))
    began = time.time()

    def share_done(log: str) -> float:
        """Half for what pip has fetched, half for what it has put in place."""
        placed = sum(path.stat().st_mtime >= began for path in VENV.glob("lib/*/*/*.dist-info"))
        wanted = max(1, pins - log.count("Ignoring "))
        return min(1.0, (log.count("Collecting ") + placed) / (2 * wanted))

    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    _run([*command, "--requirement", str(ROOT / lock)], "Installing packages", share_done)


def _stamp(lock: str) -> None:
    """The development lock holds the other one whole."""
    for name in (lock, "requirements.txt"):
        shutil.copyfile(ROOT / name, VENV / name)
    UNFINISHED.unlink()


def _run(command: Sequence[str], label: str, share_done: Callable[[str], float]) -> None:
    """Run ``command`` under a progress bar; show the end of its output if it fails."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as log:
        child = start(command, output=log)
        try:
            while child.returncode is None:
                _draw(label, share_done(_text(log)), time.monotonic() - began)
                with suppress(subprocess.TimeoutExpired):
                    child.wait(timeout=0.2 if sys.stderr.isatty() else 5)
        finally:
            child.terminate()
        if code := exit_code(child):
            end = "\n".join(_text(log).splitlines()[-20:])
            sys.exit(f"\n{label} failed with exit code {code}:\n{end}")
    _draw(label, 1.0, time.monotonic() - began, last=True)


def _text(log: IO[bytes]) -> str:
    """All of it so far, read without moving the place where the child goes on writing."""
    return os.pread(log.fileno(), 1 << 20, 0).decode(errors="replace")


def _draw(label: str, share: float, seconds: float, *, last: bool = False) -> None:
    """A line that is drawn over on a terminal; a new line every time elsewhere."""
    bar = ("#" * round(share * BAR_WIDTH)).ljust(BAR_WIDTH, ".")
    line = f"{label:<20} [{bar}] {share:4.0%} {seconds:4.0f} s"
    if sys.stderr.isatty():
        print("\r" + line, end="\n" if last else "", file=sys.stderr, flush=True)
    else:
        print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    with stoppable():
        install(sys.argv[1])
