"""``python -m bench NAME``: run one benchmark, a module of this folder with ``main(quick)``."""

import argparse
import importlib
import os
import signal
import sys
from pathlib import Path

from bench import report

HERE = Path(__file__).parent


def main() -> int:
    options = _parser().parse_args()
    if options.name not in names():
        print(f"There is no benchmark {options.name!r}. There are: {', '.join(names())}")
        return 2
    if options.record:
        os.environ[report.RECORD] = "yes"
    module = importlib.import_module(f"bench.{options.name.replace('-', '_')}")
    return int(module.main(options.quick))


def names() -> list[str]:
    """Every module with a ``main``, as it is asked for."""
    modules = sorted(HERE.glob("*.py"))
    found = [path for path in modules if "\ndef main(quick: bool)" in path.read_text()]
    return [path.stem.replace("_", "-") for path in found]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("bench/run", description=f"Benchmarks: {', '.join(names())}.")
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--quick", action="store_true", help="a small rehearsal, not judged")
    parser.add_argument("--record", action="store_true", help="write results and documentation")
    return parser


def _leave(number: int, _: object) -> None:
    """By way of the ``finally`` blocks, which stop servers and remove folders."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(main())
