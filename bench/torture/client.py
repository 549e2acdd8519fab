"""Starts a driver and asks it for cases; needs neither Django nor a database."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.cluster import end_with_parent, find_programs
from bench.torture.outcome import Outcome

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 10
"""Seconds that a driver has to put everything away, and again when it is told to hurry."""


class DriverFailed(Exception):
    """The driver ended by itself; the message is what it said."""


class Torture:
    """``with Torture("sqlite") as torture: torture.run("transfers", quick=True)``.

    ``suites`` are the names of what it can run. It takes seconds to start.

    :raises ServerNotFound: on making it, for "postgresql" without PostgreSQL.
    :raises DriverFailed: on entering.
    """

    def __init__(self, engine: str) -> None:
        if engine == "postgresql":
            find_programs()
        self.engine = engine

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="mercat-torture-"))
        self._folder.chmod(0o755)  # PostgreSQL's user must get through
        self._errors = (self._folder / "errors").open("w+")
        self._driver = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-m", "bench.torture", self.engine, str(self._folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            process_group=0,
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509  # it takes no lock
        )
        try:
            self.suites: dict[str, list[str]] = json.loads(self._answer())
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._remove()

    def run(self, case: str, *, quick: bool) -> Outcome:
        """:raises DriverFailed: it did not live to tell."""
        assert self._driver.stdin
        with suppress(BrokenPipeError):  # it has ended: there is no answer, then
            self._driver.stdin.write(json.dumps({"case": case, "quick": quick}) + "\n")
            self._driver.stdin.flush()
        return Outcome.loads(self._answer())

    def _answer(self) -> str:
        assert self._driver.stdout
        answer = self._driver.stdout.readline()
        if not answer:
            self._errors.seek(0)
            raise DriverFailed(self._errors.read())
        return answer

    def _remove(self) -> None:
        try:
            self._end_driver()
        finally:
            self._errors.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _end_driver(self) -> None:
        """It ends when nobody asks any more; SIGTERM is for one that is in the middle of a case."""
        assert self._driver.stdin
        assert self._driver.stdout
        with suppress(BrokenPipeError):
            self._driver.stdin.close()
        for last_word in (self._driver.terminate, self._driver.kill):
            try:
                self._driver.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                last_word()
        self._driver.wait()
        self._driver.stdout.close()
