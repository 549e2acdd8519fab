"""What the benchmark needs besides the shop: programs, and packages in a virtual environment for the contenders."""

import shutil
import subprocess
import sys

from bench.in_django import ROOT

LOCK = ROOT / "requirements-bench.txt"
PLACE = ROOT / "var" / "bench-env"
"""Kept from run to run, as ``.venv`` is."""
PYTHON = PLACE / "bin" / "python"


PROGRAMS = {"wrk": "wrk", "redis-server": "redis-server"}
"""And Debian's packages of them."""


def missing() -> list[str]:
    """Packages to be installed by hand."""
    return [package for program, package in PROGRAMS.items() if not shutil.which(program)]


def prepare() -> None:
    """Make and fill it where it is not what the lock file says.

    :raises subprocess.CalledProcessError: the packages could not be installed; pip has said why.
    """
    stamp = PLACE / LOCK.name
    if not stamp.exists() or stamp.read_bytes() != LOCK.read_bytes():
        shutil.rmtree(PLACE, ignore_errors=True)
        _run(sys.executable, "-m", "venv", str(PLACE))
        quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
        _run(str(PYTHON), "-m", "pip", *quiet, "install", "--requirement", str(LOCK))
        shutil.copyfile(LOCK, stamp)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603  # Python's own programs
