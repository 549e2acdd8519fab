"""Borrows a database of its own from PostgreSQL and from Redis for ``.ci/run``, and gives them back."""

import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
from psycopg.sql import SQL, Identifier

CLAIM = "mercat-ci"


def create(admin: str, name: str) -> str:
    """The address of a new database beside the one that ``admin`` names."""
    with psycopg.connect(admin, autocommit=True, connect_timeout=5) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return urlunsplit(urlsplit(admin)._replace(path=f"/{name}"))


def drop(admin: str, name: str) -> None:
    """Also the test databases that were made beside it, should a killed run have left any."""
    with psycopg.connect(admin, autocommit=True, connect_timeout=5) as connection:
        query = "SELECT datname FROM pg_database WHERE datname = %s OR starts_with(datname, %s)"
        for (found,) in connection.execute(query, (name, f"test_{name}")).fetchall():
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(found)))


def claim(server: str) -> str:
    """The address of a database that nobody uses: the tests will empty it again and again.

    A server that was started just now is given a moment.
    """
    for number in range(15, 0, -1):
        client = redis.Redis.from_url(f"{server}/{number}", socket_connect_timeout=1)
        _wait_for(client)
        if client.dbsize() == 0 and client.set(CLAIM, 1, nx=True):
            return f"{server}/{number}"
    sys.exit(f"All databases of {server} are in use.")


def _wait_for(client: redis.Redis) -> None:
    for _ in range(20):
        try:
            client.ping()
        except redis.ConnectionError:
            time.sleep(0.1)
        else:
            return
    sys.exit("Redis does not answer.")


def release(address: str) -> None:
    redis.Redis.from_url(address).flushdb()


COMMANDS: dict[str, Callable[..., str | None]] = {
    "create": create,
    "drop": drop,
    "claim": claim,
    "release": release,
}


def main() -> None:
    name, *arguments = sys.argv[1:]
    try:
        sys.stdout.write(COMMANDS[name](*arguments) or "")
    except (psycopg.OperationalError, redis.RedisError) as error:
        sys.exit(str(error).strip())


if __name__ == "__main__":
    main()
