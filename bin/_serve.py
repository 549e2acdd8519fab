"""Runs the marketplace's processes as one: they start together, and end together.

The web server, the worker and beat are children in groups of their own, so that Ctrl-C reaches this
process only. Signals are blocked and waited for in one place, never handled in between.
"""

import argparse
import fcntl
import http.client
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from _children import exit_code, start
from _demo import parse
from _install import PYTHON, ROOT

sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("PAYMENTS_REHEARSED", "true")  # nobody is to pay for having a look

from django.conf import settings

Children = dict[str, subprocess.Popen[bytes]]

AWAITED = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGALRM}
PATIENCE = 15
"""Seconds that children have to finish what they are at."""
SERVERS = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")


def main() -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # some systems drop it otherwise
    options = parse(sys.argv[1:])
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with Path(settings.VAR_DIR, "demo.lock").open("a+") as lock:
        take(lock)
        if options.reset:
            reset(settings.VAR_DIR)
        if code := prepare():
            return code
        return 0 if options.no_serve else serve(options)


def take(lock: IO[str]) -> None:
    """One at a time, as there must be one beat. The kernel lets go of it whatever happens to us."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        sys.exit(
            f"bin/demo already runs on {settings.VAR_DIR} (process {lock.read()}). Stop that one, "
            "or give this one a folder of its own: MERCAT_VAR=/elsewhere bin/demo"
        )
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()


def reset(var: Path) -> None:
    """Remove the demo's database and messages; this machine's secret stays."""
    named = [name for name in SERVERS if os.environ.get(name)]
    if named:
        sys.exit(
            f"--reset is for the demo on files only, and {named[0]} is set: empty that server yourself."
        )
    for pattern in ("mercat.sqlite3*", "anchor*", "beat*", "broker/*/*", "media/*", "mail/*"):
        for path in var.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def prepare() -> int:
    """Migrate and load the demo shop; its exit code, or ours if we are asked to stop meanwhile."""
    children = {"setting up": start([PYTHON, "bin/_prepare.py"], own_group=True)}
    asked = next_event(children)
    stop(children)
    return 128 + asked if asked else exit_code(children["setting up"])


def serve(options: argparse.Namespace) -> int:
    os.environ.setdefault("ALLOWED_HOSTS", f"localhost,127.0.0.1,[::1],{options.host}")
    host = f"[{options.host}]" if ":" in options.host else options.host
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where it is not
    children = start_all(f"{host}:{options.port}")
    threading.Thread(target=announce, args=(host, options.port), daemon=True).start()
    asked = next_event(children)
    say("Stopping; tasks that run are finished first." if asked else obituary(children))
    stop(children)
    return 0 if asked else 1


def obituary(children: Children) -> str:
    name = next(name for name, child in children.items() if child.returncode is not None)
    return f"The {name} ended by itself (exit code {exit_code(children[name])}): stopping the rest."


def start_all(address: str) -> Children:
    gunicorn = [PYTHON, "-m", "gunicorn", "--config", "config/gunicorn.py", "--bind", address]
    quietly = ["-W", "ignore:You're running the worker with superuser"]
    celery = ["nice", "-n", "5", PYTHON, *quietly, "-m", "celery", "--quiet", "--app", "config"]
    worker = [*celery, "worker", "--concurrency", "2", "--without-mingle", "--without-gossip"]
    web = start([*gunicorn, "config.wsgi"], own_group=True)
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # or two tell of every beat
    return {
        "web server": web,
        "worker": start(worker, own_group=True),
        "beat": start([*celery, "beat", "--pidfile", ""], own_group=True),
    }


def next_event(children: Children) -> int:
    """Wait until a child has ended (0), or until we are asked to stop (the signal)."""
    while (asked := signal.sigwait(AWAITED)) == signal.SIGCHLD:
        if any(child.poll() is not None for child in children.values()):
            return 0
    return asked


def stop(children: Children) -> None:
    """Ask each child to finish, then end what is left of its group: at once if asked again."""
    for child in children.values():
        child.terminate()  # the main process only: a worker's pool must not hear of it
    signal.alarm(PATIENCE)
    while any(child.poll() is None for child in children.values()):
        if signal.sigwait(AWAITED) != signal.SIGCHLD:
            break
    signal.alarm(0)
    for child in children.values():
        end_group(child)


def end_group(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):  # the usual case: all of it has gone
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def announce(host: str, port: int) -> None:
    """Tell where the shop is, once it answers."""
    while not answers(host, port):
        time.sleep(0.1)
    shop = f"http://{host}:{port}"
    say(f"\nShop      {shop}/\nAPI docs  {shop}/docs\nAdmin     {shop}/admin/\n\nCtrl-C stops it.")


def say(text: str) -> None:
    """Even when nobody listens any more: a closed terminal must not keep us from stopping."""
    with suppress(OSError):
        print(text, flush=True)


def answers(host: str, port: int) -> bool:
    reachable = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104  # read, not bound
    probe = http.client.HTTPConnection(f"{reachable}:{port}", timeout=5)
    try:
        probe.request("GET", "/health/live")
        return probe.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        probe.close()


if __name__ == "__main__":
    sys.exit(main())
