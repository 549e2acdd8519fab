"""Run ``main`` of a module in a Django process of its own, with the shop's own settings.

``Project.call("bench.some.module", seconds=5)`` starts one; what ``main(seconds=5)`` returns (JSON)
comes back. The process is killed if this one stops waiting for it.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import django

READY, GO = "ready\n", "go\n"

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Project:
    """The shop over one database; ``var`` is where it keeps its files."""

    database_url: str
    var: Path

    def migrate(self) -> None:
        self.manage("migrate", "--verbosity", "0")

    def manage(self, *command: str) -> None:
        """:raises subprocess.CalledProcessError: it failed, and has said why on stderr."""
        whole = [sys.executable, "manage.py", *command]
        subprocess.run(whole, cwd=ROOT, env=self._environment(), check=True)  # noqa: S603  # ours

    def call(self, module: str, **arguments: object) -> Any:
        """:raises subprocess.CalledProcessError: it failed, and has said why on stderr."""
        with self._started(module, [arguments]) as (child,):
            return _answer(child)

    def call_together(self, module: str, count: int, **arguments: object) -> list[Any]:
        """The same in ``count`` processes, which all call ``wait_for_others`` once."""
        with self._started(module, [arguments] * count) as children:
            for child in children:
                _expect_ready(child)
            for child in children:
                _pipe(child.stdin).write(GO)
                _pipe(child.stdin).flush()
            return [_answer(child) for child in children]

    @contextmanager
    def _started(
        self, module: str, arguments: Sequence[Mapping[str, object]]
    ) -> Iterator[list[subprocess.Popen[str]]]:
        """One process for each of ``arguments``; none of them is left afterwards."""
        with ExitStack() as stack:
            children = [stack.enter_context(self._start(module, one)) for one in arguments]
            for child in children:
                stack.callback(child.kill)
            yield children

    def _start(self, module: str, arguments: Mapping[str, object]) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603  # ours
            [sys.executable, "-m", "bench.in_django", module, json.dumps(arguments)],
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self.database_url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "MERCAT_VAR": str(self.var),
            "REDIS_URL": "",
            "CELERY_BROKER_URL": "",
        }


def wait_for_others() -> None:
    """In a process of ``call_together``: it is ready, and goes on when all of them are."""
    print(READY, end="", flush=True)
    assert sys.stdin.readline() == GO, "The benchmark has ended."


def _expect_ready(child: subprocess.Popen[str]) -> None:
    """:raises subprocess.CalledProcessError: it ended instead, and has said why on stderr."""
    said = _pipe(child.stdout).readline()
    if said != READY:
        raise subprocess.CalledProcessError(child.wait(), child.args, said)


def _pipe(end: IO[str] | None) -> IO[str]:
    assert end, "Every child has pipes."
    return end


def _answer(child: subprocess.Popen[str]) -> Any:
    said, _ = child.communicate()
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, child.args, said)
    return json.loads(said)


def _main() -> None:
    django.setup()
    _, module, arguments = sys.argv
    print(json.dumps(importlib.import_module(module).main(**json.loads(arguments))))


if __name__ == "__main__":
    _main()
