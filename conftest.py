"""What every test may use: the cast, a signed-in API client, and guards that let tables be emptied.

The cast: ``alice`` sells, ``bob`` buys, ``charlie`` may see nothing, ``dana`` is staff.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django_redis import get_redis_connection
from rest_framework.test import APIClient

from accounts import sessions
from accounts.models import User
from accounts.tests.factories import SellerFactory, UserFactory
from analytics.services.exposures import EXPOSURES
from catalog.visits.counting import VIEWS
from core import clock, guards
from core.api import throttles
from core.api.cached import memory
from core.permissions import GRANTS
from core.testing import Clocks

pytest_plugins = ["bench.torture.pytest_driver"]

assert settings.SETTINGS_MODULE == "config.settings.testing"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a server that nobody named, and say so."""
    needs = {
        "postgresql": ("postgresql" in settings.DATABASES["default"]["ENGINE"], "DATABASE_URL"),
        "redis": (bool(settings.REDIS_URL), "REDIS_URL"),
    }
    for item in items:
        for server, (present, variable) in needs.items():
            if item.get_closest_marker(server) and not present:
                item.add_marker(pytest.mark.skip(reason=f"needs {server}: set {variable}"))


@contextmanager
def guards_suspended() -> Iterator[None]:
    """Let a test's tables be emptied. Nothing outside the tests can do this."""
    if connection.vendor == "sqlite":
        guards.drop()
        yield
        guards.install()
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")


def _flush_without_guards(flush: Callable[[Any], None]) -> Callable[[Any], None]:
    def flushed(test: Any) -> None:
        with guards_suspended():
            flush(test)

    return flushed


# The one place where rows are thrown away.
TransactionTestCase._fixture_teardown = _flush_without_guards(  # type: ignore[attr-defined]  # Django's own, without a stub
    TransactionTestCase._fixture_teardown,  # type: ignore[attr-defined]  # as above
)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The browser tests' server may still be at a request that nobody waits for: end it first."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Rate limits, caches and views that are not counted yet start empty for each test."""
    yield
    if settings.REDIS_URL:
        redis = get_redis_connection("default")
        for key in redis.scan_iter(f"{settings.REDIS_PREFIX}:*"):
            redis.delete(key)
    else:
        cache.clear()
        VIEWS.forget()
        EXPOSURES.forget()
    throttles.storage().reset()
    memory.clear()


@pytest.fixture
def clocks() -> Iterator[Clocks]:
    """Both clocks, to be stopped and moved; they show the real time again afterwards."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        movable = Clocks(monkeypatch)
        yield movable
        if not connection.in_atomic_block:
            movable.go_on()


@pytest.fixture
def alice(db: None) -> User:
    user = UserFactory(email="alice@example.com", first_name="Alice", last_name="Archer")
    SellerFactory(user=user, name="Alice's Attic", slug="alices-attic")
    return user


@pytest.fixture
def bob(db: None) -> User:
    return UserFactory(email="bob@example.com", first_name="Bob", last_name="Baker")


@pytest.fixture
def charlie(db: None) -> User:
    return UserFactory(email="charlie@example.com", first_name="Charlie", last_name="Cole")


@pytest.fixture
def dana(db: None) -> User:
    user = UserFactory(email="dana@example.com", first_name="Dana", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=GRANTS))
    return user


@pytest.fixture
def api() -> Callable[..., APIClient]:
    """``api(bob)`` is a client signed in as bob; ``api()`` is nobody's."""

    @functools.cache
    def access(user: User) -> str:
        """One session per user, begun before a test counts the queries of a request."""
        return sessions.begin(user=user, device="test", at=clock.now()).access

    def client(user: User | None = None, **headers: str) -> APIClient:
        signed_in = APIClient(headers=headers)
        if user is not None:
            signed_in.credentials(HTTP_AUTHORIZATION=f"Bearer {access(user)}")
        return signed_in

    return client
