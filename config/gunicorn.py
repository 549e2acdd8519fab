"""How gunicorn serves ``config.wsgi``, in the demo and in the container."""

import gc
import os
import shutil
import tempfile
from typing import Any

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or (2 if os.environ.get("REDIS_URL") else 1))
"""One unless told: without Redis a cache is one process's own, and so are its rate limits."""
threads = int(os.environ.get("WEB_THREADS") or 4)
"""Of one process one runs at a time: more of them wait for each other, not for the database."""
keepalive = 5
graceful_timeout = 10
control_socket_disable = True
"""Its default place is one per user, so that a second server would take over the first one's."""

os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="mercat-metrics-")
"""Where workers count, each in files of its own that any of them adds up."""


LOOKS = 100
"""At what is new, after which the collector looks again at all that these left alive: at Python's 10 that halted one
request in forty."""


def post_worker_init(_worker: Any) -> None:
    """What the start has made is for good: the collector need not look through it in the middle of a request."""
    gc.collect()
    gc.freeze()
    new, _, oldest = gc.get_threshold()
    gc.set_threshold(new, LOOKS, oldest)


def child_exit(_server: Any, worker: Any) -> None:
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415  # wants the folder

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # no types there


def on_exit(_server: Any) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
