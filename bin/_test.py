"""Runs pytest so that nothing stays behind: no file, no process, no test database."""

import os
import signal
import subprocess
import sys
import tempfile

from _children import exit_code, start
from _install import PYTHON, ROOT

OPTIONS = ["-n", "auto", "--dist", "loadgroup"]


def main() -> int:
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="mercat-test-") as var:
        os.environ["MERCAT_VAR"] = var
        pytest = start([PYTHON, "-m", "pytest", *OPTIONS, *sys.argv[1:]])
        _forward_stops(pytest)
        return exit_code(pytest)


def _forward_stops(pytest: subprocess.Popen[bytes]) -> None:
    """Ctrl-C reaches pytest without us. SIGTERM becomes one, so that it drops its databases."""

    def note(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would cut that short

    def interrupt(*_: object) -> None:
        note()
        pytest.send_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, note)
    signal.signal(signal.SIGTERM, interrupt)


if __name__ == "__main__":
    sys.exit(main())
