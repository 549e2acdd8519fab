"""A virtual environment for the contenders, of packages that the shop itself does without."""

import shutil
import subprocess
import sys
from pathlib import Path

from bench.in_django import ROOT

LOCK = ROOT / "requirements-bench.txt"
PLACE = ROOT / "var" / "bench-env"
"""Kept from run to run, as ``.venv`` is."""


def ready() -> Path:
    """The environment's Python; made and filled where it is not what the lock file says.

    :raises subprocess.CalledProcessError: the packages could not be installed; pip has said why.
    """
    python, stamp = PLACE / "bin" / "python", PLACE / LOCK.name
    if not stamp.exists() or stamp.read_bytes() != LOCK.read_bytes():
        shutil.rmtree(PLACE, ignore_errors=True)
        _run(sys.executable, "-m", "venv", str(PLACE))
        quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
        _run(str(python), "-m", "pip", *quiet, "install", "--requirement", str(LOCK))
        shutil.copyfile(LOCK, stamp)
    return python


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603  # Python's own programs
