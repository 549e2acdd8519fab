"""Whether this process lives, and whether what it needs is there."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu import Connection
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

UP, DOWN = "up", "down"
BROKER_TIMEOUT = 2


def database() -> str:
    return _state("database", _ask_database)


def cache_server() -> str:
    return _state("cache", lambda: cache.get("health"))


def broker() -> str:
    return _state("broker", _ask_broker)


def migrations() -> str:
    """Down while the database is older than the code."""
    return _state("migrations", _ask_migrations)


def _state(name: str, ask: Callable[[], object]) -> str:
    """Say only up or down; the reason goes to the log, where it is safe."""
    try:
        ask()
    except (DatabaseError, RedisError, BrokerError, OSError) as error:
        log.warning("%s is down: %s", name, error)
        return DOWN
    return UP


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    options = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
    with Connection(settings.CELERY_BROKER_URL, transport_options=options) as broker:
        broker.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT)


def _ask_migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise DatabaseError("migrations are waiting")
