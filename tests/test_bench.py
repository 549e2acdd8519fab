"""Benchmarks as a command line; what they measure is their own affair."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_an_unknown_benchmark_lists_those_that_there_are():
    # What bench/run starts. Not the script itself: it installs what is missing, and no test may.
    ended = subprocess.run(
        [sys.executable, "-m", "bench", "no-such-thing"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (2, "")
    sentence, _, listed = ended.stdout.strip().partition(" There are: ")
    assert sentence == "There is no benchmark 'no-such-thing'."
    assert "ledger" in listed.split(", ")
