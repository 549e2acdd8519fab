"""What ``bin/demo`` does before there is a ``.venv``: options, the port, the packages.

Then ``_serve.py`` takes this process over, with the packages at hand.
"""

import argparse
import os
import socket
import sys

from _children import stoppable
from _install import PYTHON, ROOT, install

ABOUT = """\
Sets the marketplace up and runs it: packages into .venv, database, demo shop, then the web server,
a Celery worker and Celery beat. What is done already is not done again; nothing is lost between
two runs. Everything it makes stands in .venv/ and var/. Ctrl-C or SIGTERM stops all of it."""
MORE = """\
It needs no server: SQLite, local memory and files do. DATABASE_URL, REDIS_URL and
CELERY_BROKER_URL, in the environment or in .env, put PostgreSQL and Redis in their place; the
other settings stand in .env.example.

Exit code: 0 when it was asked to stop, or had nothing to serve (--no-serve); 1 when something
failed, a part ended by itself included; 2 for wrong options; 130 or 143 when it was stopped by
Ctrl-C or SIGTERM before it served."""


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/demo",
        description=ABOUT,
        epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to serve on (%(default)s)")
    parser.add_argument("--port", type=_port, default=8000, help="port to serve on (%(default)s)")
    parser.add_argument("--reset", action="store_true", help="empty the demo shop and start over")
    parser.add_argument("--no-serve", action="store_true", help="set everything up, then stop")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1-65535)")
    return int(text)


def require_free(host: str, port: int) -> None:
    """Exit, before any work is done, where nothing could be served.

    SO_REUSEADDR as the web server sets it: connections that were closed lately do not count.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        address = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)[0][4]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = error.strerror or error
        sys.exit(f"Cannot serve on {host}:{port}: {reason}. Choose another: bin/demo --port 8001")


def main() -> None:
    options = parse(sys.argv[1:])
    if not options.no_serve:
        require_free(options.host, options.port)
    os.chdir(ROOT)
    with stoppable():
        install("requirements.txt")
        os.execv(PYTHON, [PYTHON, "bin/_serve.py", *sys.argv[1:]])  # noqa: S606  # our own


if __name__ == "__main__":
    main()
