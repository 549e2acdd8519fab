"""Real workers and beats on a real broker, which tests start and kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import tenacity
from celery import Celery
from django.conf import settings
from django.db import connection
from kombu import Exchange, Queue

PATIENCE = 60
"""Seconds for anything that has to happen."""


class Processes:
    """Started in groups of their own; those that still run at the end are killed."""

    def __init__(self, broker: str, queue: str, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []
        self.client = Celery(broker=broker, set_as_current=False)
        self.client.conf.task_default_queue = queue
        if broker.startswith("redis"):
            self.client.conf.broker_transport_options = {"global_keyprefix": f"{queue}:"}
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.journeys.worker_settings",
            "PYTHONPATH": str(settings.BASE_DIR),
            "DATABASE_URL": address_of_test_database(),
            "CELERY_BROKER_URL": broker,
            "MERCAT_VAR": str(folder),
            "EMAIL_URL": "",
            "LOG_LEVEL": "INFO",
            "TEST_QUEUE": queue,
        }

    def send(self, task: str, *arguments: Any) -> None:
        self.client.send_task(task, arguments)

    def worker(self, name: str) -> subprocess.Popen[bytes]:
        quietly = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
        return self._start(name, "worker", "--concurrency", "1", "--hostname", name, *quietly)

    def beat(self, name: str) -> subprocess.Popen[bytes]:
        return self._start(name, "beat", "--pidfile", "")

    def said(self, name: str) -> str:
        """All that it has written so far."""
        return (self.folder / f"{name}.log").read_text()

    def ended(self, name: str, task: str) -> int:
        """How many runs of ``task`` the worker has brought to a good end."""
        lines = self.said(name).splitlines()
        return sum(f"Task {task}[" in line and " succeeded in " in line for line in lines)

    def mails(self) -> list[str]:
        return [mail.read_text() for mail in sorted(self.folder.glob("mail/*"))]

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """With all its children, and as no process can help."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)

    def _start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "--app", "config", *command, "--loglevel", "INFO"],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(process)
        return process


@contextmanager
def processes(broker: str, queue: str, folder: Path) -> Iterator[Processes]:
    started = Processes(broker, queue, folder)
    try:
        yield started
    finally:
        for process in started.running:
            started.kill(process)
        with started.client.connection_for_write() as channel:
            for left in (Queue(queue), Exchange(queue)):
                left.bind(channel.default_channel).delete()
        started.client.close()


def until(happened: Callable[[], bool]) -> None:
    """Ask again and again, for a minute.

    :raises tenacity.RetryError: it does not happen.
    """
    tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda answer: not answer),
        wait=tenacity.wait_fixed(0.1),
        stop=tenacity.stop_after_delay(PATIENCE),
    )(happened)


def address_of_test_database() -> str:
    where = connection.settings_dict
    who = f"{where['USER']}:{where['PASSWORD']}" if where["PASSWORD"] else where["USER"]
    return f"postgresql://{who}@{where['HOST']}:{where['PORT'] or 5432}/{where['NAME']}"


def is_waited_for(table: str) -> bool:
    """Whether somebody stands before a lock on ``table``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND relation = %s::regclass)",
            [table],
        )
        (waited,) = cursor.fetchone()
    return bool(waited)
