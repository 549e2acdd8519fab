"""Limits count the caller, whatever stands between, and go on when Redis does not."""

import logging
from contextlib import suppress

import pytest
from django.test import RequestFactory

from accounts.tests.factories import PASSWORD
from core.api import throttles
from core.api.throttles import RateLimit, address
from core.errors import TooMany

PROXY = "10.0.0.9"


@pytest.fixture(autouse=True)
def limits(settings):
    settings.RATE_LIMITS = {"login": "2/minute"}


@pytest.fixture
def redis_down(settings):
    """Nothing listens on port 1."""
    throttles.memory().reset()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    throttles.storage.cache_clear()
    yield
    throttles.storage.cache_clear()
    throttles.memory().reset()


def seen(forwarded=None):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return address(RequestFactory(REMOTE_ADDR=PROXY, headers=headers).get("/"))


def test_nobody_chooses_their_own_address_where_there_is_no_proxy(settings):
    settings.TRUSTED_PROXIES = 0

    assert seen("203.0.113.7") == PROXY


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "1.1.1.1, 203.0.113.7", "203.0.113.7"),
        (2, "1.1.1.1, 203.0.113.7, 10.0.0.8", "203.0.113.7"),
        (1, "2001:DB8::7", "2001:db8::7"),
        (2, "203.0.113.7", PROXY),
        (1, "unknown", PROXY),
        (1, "203.0.113.7, ", PROXY),
        (1, "", PROXY),
        (1, None, PROXY),
    ],
)
def test_behind_proxies_the_address_is_what_the_outermost_of_ours_saw(
    settings, proxies, forwarded, expected
):
    settings.TRUSTED_PROXIES = proxies

    assert seen(forwarded) == expected


def test_a_refusal_says_the_limit_in_headers_and_not_among_its_facts():
    limit = RateLimit("login")
    headers = [limit.hit("somebody") for _ in range(2)]

    with pytest.raises(TooMany) as refused:
        limit.hit("somebody")

    assert [h["RateLimit-Remaining"] for h in headers] == ["1", "0"]
    assert refused.value.headers["RateLimit-Limit"] == "2"
    assert refused.value.headers["RateLimit-Remaining"] == "0"
    assert set(refused.value.facts) == {"retry_after"}
    assert refused.value.headers["RateLimit-Reset"] == str(refused.value.facts["retry_after"])


def test_only_failures_are_counted_and_a_success_forgets_them():
    limit = RateLimit("login")

    for good in (True, True, True, False, True, False, False):
        attempt(limit, good=good)

    with pytest.raises(TooMany):
        attempt(limit, good=True)


def attempt(limit, *, good):
    with suppress(KeyError), limit.failures("somebody"):
        if not good:
            raise KeyError


def test_failures_of_an_account_are_not_requests_of_an_address():
    limit = RateLimit("login")
    for _ in range(2):
        with pytest.raises(KeyError), limit.failures(PROXY):
            raise KeyError

    assert limit.hit(PROXY)["RateLimit-Remaining"] == "1"


@pytest.mark.usefixtures("redis_down")
def test_without_redis_this_process_counts_alone_and_says_so(caplog):
    limit = RateLimit("login")

    with caplog.at_level(logging.WARNING, logger="core.api.throttles"):
        remaining = [limit.hit("somebody")["RateLimit-Remaining"] for _ in range(2)]

    assert remaining == ["1", "0"]
    assert caplog.messages[0].startswith("Redis does not answer; limits count in this process only")
    with pytest.raises(TooMany):
        limit.hit("somebody")


@pytest.mark.usefixtures("redis_down")
def test_without_redis_only_failures_are_counted_too():
    limit = RateLimit("login")

    for good in (True, True, True, False, False):
        attempt(limit, good=good)

    with pytest.raises(TooMany):
        attempt(limit, good=True)


@pytest.mark.usefixtures("redis_down")
def test_people_can_sign_in_without_redis(api, bob):
    body = {"email": bob.email, "password": PASSWORD}

    response = api().post("/api/v1/auth/login", body)

    assert (response.status_code, response["RateLimit-Remaining"]) == (200, "1")
