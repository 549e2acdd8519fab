"""Whatever answers in the benchmark: Redis, Mercat, the floor, the async peer. Each ends with its ``with``."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import redis

from bench.catalogue_parts import environment
from bench.cluster import end_with_parent, free_port
from bench.in_django import ROOT

WORKERS = 2
"""Of each contender. Mercat's and the floor's have as many threads as ``config/gunicorn.py`` gives them."""
PATIENCE = 60
"""Seconds that a server has to answer for the first time, or to end."""
READY = "/api/v1/products?category=nothing-but-a-start"
HEADERS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
"""What the proxy adds that the container stands behind."""


class DidNotStart(Exception):
    """The message has the end of its log."""


@dataclass(frozen=True, slots=True)
class Store:
    """A Redis that keeps nothing on disk. Every contender has a database of its own."""

    port: int

    def url(self, database: int) -> str:
        return f"redis://127.0.0.1:{self.port}/{database}"

    def flush(self) -> None:
        """Whatever is cached, of anyone, is forgotten."""
        with redis.Redis(port=self.port) as client:
            client.flushall()


@dataclass(frozen=True, slots=True)
class Shop:
    """Somebody who answers at a port of 127.0.0.1."""

    name: str
    port: int


@contextmanager
def store(folder: Path) -> Iterator[Store]:
    """:raises FileNotFoundError: there is no ``redis-server``."""
    port = free_port()
    settings = {"port": port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": folder}
    options = [text for key, value in settings.items() for text in (f"--{key}", str(value))]
    with _running("redis", ["redis-server", *options], folder, {}) as child:
        _await(child, folder / "redis.log", lambda: _pings(port))
        yield Store(port)


@contextmanager
def mercat(
    name: str, database_url: str, cache: Store, database: int, folder: Path
) -> Iterator[Shop]:
    """As the container starts it: gunicorn by ``config/gunicorn.py``, production's settings, Redis."""
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": cache.url(database),
        "CELERY_BROKER_URL": "memory://",
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "LEDGER_SEAL_KEY": secrets.token_hex(32),
        "ALLOWED_HOSTS": "127.0.0.1",
        "TRUSTED_PROXIES": "1",
        "MERCAT_VAR": str(folder / f"{name}-var"),
    }
    with _shop(name, [*_gunicorn(Path(sys.executable)), "config.wsgi"], settings, folder) as shop:
        yield shop


@contextmanager
def floor(database_url: str, folder: Path) -> Iterator[Shop]:
    command = [*_gunicorn(environment.PYTHON), "bench.catalogue_parts.floor"]
    with _shop("floor", command, {"DATABASE_URL": database_url}, folder) as shop:
        yield shop


@contextmanager
def peer(database_url: str, cache: Store, database: int, folder: Path) -> Iterator[Shop]:
    served = ["-m", "uvicorn", "bench.catalogue_parts.peer:app", "--workers", str(WORKERS)]
    settings = {"DATABASE_URL": database_url, "REDIS_URL": cache.url(database)}
    with _shop("peer", [str(environment.PYTHON), *served], settings, folder) as shop:
        yield shop


def _gunicorn(python: Path) -> list[str]:
    options = ["--config", "config/gunicorn.py", "--access-logfile", "-"]
    return [str(python), "-m", "gunicorn", *options]


@contextmanager
def _shop(
    name: str, command: Sequence[str], settings: Mapping[str, str], folder: Path
) -> Iterator[Shop]:
    """Start it at a free port: gunicorn and uvicorn are told so in their own ways."""
    shop = Shop(name, free_port())
    place = (
        ["--port", str(shop.port)] if "uvicorn" in command else ["--bind", f"127.0.0.1:{shop.port}"]
    )
    workers = {"WEB_CONCURRENCY": str(WORKERS)}
    with _running(name, [*command, *place], folder, {**workers, **settings}) as child:
        _await(child, folder / f"{name}.log", lambda: _answers(shop.port))
        yield shop


@contextmanager
def _running(
    name: str, command: Sequence[str], folder: Path, settings: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with ExitStack() as stack:
        log = stack.enter_context((folder / f"{name}.log").open("wb"))
        child = subprocess.Popen(  # noqa: S603  # ours
            command,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(folder), **settings},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,  # Ctrl-C is for us, who then stop it
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509  # it takes no lock
        )
        stack.callback(_end, child)
        yield child


def _end(child: subprocess.Popen[bytes]) -> None:
    """And its workers, who are in its group, also where it could not end them itself."""
    child.terminate()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _await(child: subprocess.Popen[bytes], log: Path, is_up: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_up():
        if child.poll() is not None or time.monotonic() > deadline:
            end = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
            raise DidNotStart(f"{log.stem} does not answer:\n{end}")
        time.sleep(0.1)


def _pings(port: int) -> bool:
    try:
        with redis.Redis(port=port) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", READY, headers=HEADERS)
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
