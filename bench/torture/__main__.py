"""The driver: ``python -m bench.torture ENGINE FOLDER`` reads requests for cases, answers outcomes.

One JSON object per line, on standard input and output. Everything that it makes stands in FOLDER,
which is empty and can be reached by everybody; its processes end with it.
"""

import ctypes
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from bench.cluster import Cluster

CLONE_NEWNS = 0x20000
SERVER = {"deadlock_timeout": "50ms", "shared_buffers": "64MB", "max_wal_size": "2GB"}


def main() -> None:
    engine, folder = sys.argv[1], Path(sys.argv[2])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        _drive(engine, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # whoever started us may have been killed


def _drive(engine: str, folder: Path) -> None:
    _keep_mounts_to_ourselves()
    _settle_environment(folder)
    with _server(engine, folder) as cluster:
        os.environ["DATABASE_URL"] = cluster.url() if cluster else f"sqlite:///{folder}/none"
        django.setup()
        from bench.torture import driver  # noqa: PLC0415  # models can be imported only now

        driver.serve(cluster, folder, sys.stdin, sys.stdout)


@contextmanager
def _server(engine: str, folder: Path) -> Iterator[Cluster | None]:
    if engine != "postgresql":
        yield None
        return
    with Cluster(folder / "server", **SERVER) as cluster:
        yield cluster


def _settle_environment(folder: Path) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "MERCAT_VAR": str(folder / "var"),
        "SECRET_KEY": "a torture chamber has no secrets, and needs 64 characters to say that so",
        "REDIS_URL": "",
        "CELERY_BROKER_URL": "",
        "LOG_LEVEL": "CRITICAL",
    }


def _keep_mounts_to_ourselves() -> None:
    """What we mount is then seen by our children only, and goes when the last of them ends."""
    if sys.platform == "linux" and os.geteuid() == 0:
        ctypes.CDLL(None).unshare(CLONE_NEWNS)


if __name__ == "__main__":
    main()
