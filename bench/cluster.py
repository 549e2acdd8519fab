"""A PostgreSQL server of our own for as long as it is needed, which may be killed at any moment."""

import ctypes
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

INSTALLED = Path("/usr/lib/postgresql")
USER = "postgres"
PATIENCE = 60
"""Seconds that a server has to start, recovery included, or to stop."""
PR_SET_PDEATHSIG = 1


class ServerNotFound(Exception):
    """No ``initdb`` is installed, so there can be no server."""


class ServerFailed(Exception):
    """The server did not do what it was told; the message has the end of its log."""


class Cluster:
    """``with Cluster(folder) as cluster``: a new, running, empty server; gone afterwards.

    ``folder`` is made, or must be empty, and is removed in the end. As PostgreSQL refuses to run
    as root, root runs it as another user, who must get through to ``folder``: pytest's ``tmp_path``
    does not do. Its path must be shorter than 90 characters, because a socket stands in there.
    ``settings`` are those of postgresql.conf; change the attribute before ``start()`` for others.
    Enter it from the main thread: the server ends with the thread that started it. Needs Linux.

    :raises ServerNotFound, ServerFailed: on entering.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = settings
        self.port = free_port()
        self._bin = find_programs()
        self._postmaster: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        if any(self.folder.iterdir()):
            raise FileExistsError(f"{self.folder} is not empty.")
        try:
            self._initialise()
            self.start()
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

    def url(self, database: str = "postgres") -> str:
        return f"postgres://{USER}@127.0.0.1:{self.port}/{database}"

    def binary(self, name: str) -> str:
        """The path of one of PostgreSQL's programs, such as ``pgbench``."""
        return str(self._bin / name)

    def psql(self, sql: str, database: str = "postgres") -> str:
        """What ``sql`` answers: rows as lines, columns parted by ``|``.

        :raises ServerFailed: the server refuses it.
        """
        options = ["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql]
        return self._run([self.binary("psql"), *options, self.url(database)]).strip()

    def start(self) -> None:
        """Start and wait until it answers; after ``kill()`` this is crash recovery.

        :raises ServerFailed: it ended, or was not ready in time.
        """
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
        } | self.settings
        options = [text for name, value in settings.items() for text in ("-c", f"{name}={value}")]
        with self._log.open("ab") as log:
            self._postmaster = subprocess.Popen(  # noqa: S603  # PostgreSQL's own program
                [self.binary("postgres"), "-D", str(self._data), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,  # Ctrl-C is for us, who then stop it
                preexec_fn=end_with_parent(signal.SIGQUIT),  # noqa: PLW1509  # it takes no lock
                **self._identity(),
            )
        self._await(self._is_ready, "start")

    def stop(self) -> None:
        """Break connections off, write everything down, end. Nothing to do if it is not running."""
        if self._postmaster and self._postmaster.poll() is None:
            self._postmaster.send_signal(signal.SIGINT)
            try:
                self._postmaster.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """SIGKILL to every process of the server, and wait until all are gone. Files stay.

        The postmaster is frozen first, or it would have more children than were counted.
        """
        if not self._postmaster or self._postmaster.poll() is not None:
            return
        pid = self._postmaster.pid
        os.kill(pid, signal.SIGSTOP)
        family = [pid, *children_of(pid)]
        for member in family:
            _kill(member)
        self._postmaster.wait()
        self._await(lambda: not any(map(is_alive, family)), "die")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _initialise(self) -> None:
        if os.geteuid() == 0:
            user = unprivileged()
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run([self.binary("initdb"), f"--pgdata={self._data}", f"--username={USER}", *options])

    def _run(self, command: list[str]) -> str:
        ended = subprocess.run(  # noqa: S603  # PostgreSQL's own programs
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **self._identity(),
        )
        if ended.returncode:
            raise ServerFailed(f"{command[0]}: {ended.stderr.strip()}")
        output: str = ended.stdout
        return output

    def _identity(self) -> dict[str, Any]:
        """Whom its processes run as: not root."""
        if os.geteuid() != 0:
            return {}
        user = unprivileged()
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def _is_ready(self) -> bool:
        if self._postmaster is None or self._postmaster.poll() is not None:
            raise ServerFailed(f"PostgreSQL ended by itself:\n{self._end_of_log()}")
        command = [self.binary("pg_isready"), "-q", "-t", "1", "-d", self.url()]
        return subprocess.run(command, check=False).returncode == 0  # noqa: S603  # as above

    def _await(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise ServerFailed(
                    f"PostgreSQL did not {what} in {PATIENCE} s:\n{self._end_of_log()}"
                )
            time.sleep(0.02)

    def _end_of_log(self) -> str:
        return "\n".join(self._log.read_text().splitlines()[-20:])

    def _remove(self) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def find_programs() -> Path:
    """The folder of PostgreSQL's programs: Debian's newest, else where PATH has them.

    :raises ServerNotFound: ``initdb`` is nowhere.
    """
    found = sorted(INSTALLED.glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if not on_path:
        raise ServerNotFound(f"needs PostgreSQL's initdb: not on PATH, nor in {INSTALLED}/*/bin")
    return Path(on_path).resolve().parent


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def unprivileged() -> pwd.struct_passwd:
    """Whom root runs a server as: postgres, or nobody where there is no such user."""
    names = {user.pw_name: user for user in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def children_of(pid: int) -> list[int]:
    """Direct children, by their pids."""
    everyone = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [each for each in everyone if _state_and_parent(each)[1] == pid]


def is_alive(pid: int) -> bool:
    """Whether it runs. One that has ended and whose parent has not noticed does not."""
    return _state_and_parent(pid)[0] not in ("", "Z")


def _state_and_parent(pid: int) -> tuple[str, int]:
    """Its one-letter state and its parent's pid; "" and 0 if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "", 0
    state, parent = stat.rpartition(")")[2].split()[:2]  # the name before it may hold anything
    return state, int(parent)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _version(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path.parent.parent.name))]


def end_with_parent(last: signal.Signals) -> Callable[[], None]:
    """For a child to call first: it gets the signal ``last`` should we be killed (on Linux)."""
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def tie() -> None:
        if prctl:
            prctl(PR_SET_PDEATHSIG, last)

    return tie
