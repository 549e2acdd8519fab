"""Joining, signing in, staying signed in, leaving."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import IntegrityError, connection
from rest_framework_simplejwt.tokens import AccessToken

from accounts import errors, services
from accounts.models import Session, User
from accounts.tests.factories import PASSWORD

JOIN = {"email": "New@Example.com", "password": PASSWORD, "name": "Nora New Person"}


def joined(api, **changes):
    return api().post("/api/v1/auth/register", JOIN | changes)


def test_register_makes_a_buyer_and_signs_in(api, db):
    response = joined(api)

    assert response.status_code == 201
    body = response.json()
    assert body["user"]["email"] == "new@example.com"
    assert (body["user"]["name"], body["user"]["role"]) == ("Nora New Person", "buyer")
    me = api(Authorization=f"Bearer {body['access']}").get("/api/v1/auth/me")
    assert me.json()["id"] == body["user"]["id"]
    assert "password" not in response.content.decode()


def test_register_refuses_an_email_that_is_taken_in_any_case(api, db):
    joined(api)

    response = joined(api, email="NEW@example.COM")

    assert (response.status_code, response.json()["code"]) == (409, "email_taken")
    assert User.objects.count() == 1


def test_register_refuses_a_role(api, db):
    response = joined(api, role="admin")

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "role"
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "12345678"}, "password"),
        ({"password": "short"}, "password"),
        ({"email": "nobody"}, "email"),
        ({"name": " "}, "name"),
        ({"name": "x" * 151}, "name"),
        ({"name": f"Nora {'x' * 151}"}, "name"),
    ],
)
def test_register_names_what_is_wrong(api, db, changes, field):
    response = joined(api, **changes)

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == field
    assert not User.objects.exists()


def test_a_name_may_be_as_long_as_its_parts_are_kept(api, db):
    joined(api, name=f"{'x' * 150} {'y' * 49}")

    user = User.objects.get()
    assert (user.first_name, user.last_name) == ("x" * 150, "y" * 49)


def test_join_says_an_email_is_taken_only_when_it_is(bob):
    with pytest.raises(IntegrityError):
        services._insert(User(pk=bob.pk, email="new@example.com"))
    with pytest.raises(errors.EmailTaken):
        services._insert(User(email=bob.email))


def signed_in(api, user, password=PASSWORD, come_from="127.0.0.1"):
    body = {"email": user.email.upper(), "password": password}
    return api().post("/api/v1/auth/login", body, REMOTE_ADDR=come_from)


def test_login_gives_tokens_and_notes_when(api, bob):
    response = signed_in(api, bob)

    assert response.status_code == 200
    bob.refresh_from_db()
    assert bob.last_login_at is not None


def test_login_does_not_say_what_was_wrong(api, bob, charlie):
    User.objects.filter(pk=charlie.pk).update(is_active=False)
    nobody = User(email="nobody@example.com")

    refusals = [signed_in(api, bob, "wrong"), signed_in(api, charlie), signed_in(api, nobody)]

    assert [(r.status_code, r.json()["code"]) for r in refusals] == [
        (401, "invalid_credentials")
    ] * 3
    assert len({r.json()["detail"] for r in refusals}) == 1


def test_login_attempts_are_limited_and_said_to_be(api, bob, settings):
    settings.RATE_LIMITS = {"login": "3/minute"}

    answers = [signed_in(api, bob, "wrong") for _ in range(4)]

    assert [a.status_code for a in answers] == [401, 401, 401, 429]
    assert answers[0]["RateLimit-Limit"] == "3"
    assert [a["RateLimit-Remaining"] for a in answers[:3]] == ["2", "1", "0"]
    assert 0 < int(answers[3]["Retry-After"]) <= 61


def test_wrong_passwords_are_limited_per_account_wherever_they_come_from(
    api, bob, charlie, settings
):
    settings.RATE_LIMITS = {"login": "3/minute"}
    wrong = [signed_in(api, bob, "wrong", f"10.0.0.{n}") for n in range(3)]

    right = signed_in(api, bob, PASSWORD, "10.0.0.4")

    assert [a.status_code for a in [*wrong, right]] == [401, 401, 401, 429]
    assert right["RateLimit-Remaining"] == "0"
    assert right["RateLimit-Reset"] == right["Retry-After"]
    assert set(right.json()) == {
        *("type", "title", "status", "code", "detail", "errors", "retry_after")
    }
    assert signed_in(api, charlie, PASSWORD, "10.0.0.4").status_code == 200


def test_good_sign_ins_do_not_count_against_the_account(api, bob, settings):
    settings.RATE_LIMITS = {"login": "2/minute"}

    answers = [signed_in(api, bob, PASSWORD, f"10.0.0.{n}") for n in range(4)]

    assert [a.status_code for a in answers] == [200] * 4
    assert {a["RateLimit-Remaining"] for a in answers} == {"1"}


def test_a_refusal_carries_the_limit_of_its_address(api, bob, settings):
    settings.RATE_LIMITS = {"login": "1/minute"}
    signed_in(api, bob)

    limited = signed_in(api, bob)

    assert limited.status_code == 429
    assert (limited["RateLimit-Limit"], limited["RateLimit-Remaining"]) == ("1", "0")
    assert limited["RateLimit-Reset"] == limited["Retry-After"]


def test_only_attempts_are_counted(api, bob, settings):
    settings.RATE_LIMITS = {"login": "1/minute"}

    others = [api().options("/api/v1/auth/login"), api().get("/api/v1/auth/login")]

    assert [a.status_code for a in others] == [200, 405]
    assert not any(a.has_header("RateLimit-Limit") for a in others)
    assert signed_in(api, bob).status_code == 200


def test_behind_a_proxy_each_caller_has_a_limit_of_their_own(api, bob, settings):
    settings.RATE_LIMITS = {"login": "1/minute"}
    settings.TRUSTED_PROXIES = 1

    def come_from(caller):
        return signed_in(lambda: api(**{"X-Forwarded-For": caller}), bob).status_code

    assert [come_from("203.0.113.7"), come_from("203.0.113.8")] == [200, 200]
    assert come_from("1.1.1.1, 203.0.113.7") == 429


def test_an_unknown_address_costs_as_many_hashes_as_a_wrong_password(
    api, bob, charlie, monkeypatch
):
    User.objects.filter(pk=charlie.pk).update(is_active=False)
    hashed = []
    encode = MD5PasswordHasher.encode

    def counted(hasher, password, salt):
        hashed.append(password)
        return encode(hasher, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)

    for user in (bob, charlie, User(email="nobody@example.com")):
        hashed.clear()
        assert signed_in(api, user, "wrong").status_code == 401
        assert hashed == ["wrong"], user.email


def refreshed(api, token):
    return api().post("/api/v1/auth/refresh", {"refresh": token})


def test_a_refresh_token_is_good_once_and_its_reuse_ends_the_session(api, bob):
    first = signed_in(api, bob).json()["refresh"]
    second = refreshed(api, first)
    assert second.status_code == 200

    reused = refreshed(api, first)

    assert (reused.status_code, reused.json()["code"]) == (401, "refresh_token_reused")
    after = refreshed(api, second.json()["refresh"])
    assert (after.status_code, after.json()["code"]) == (401, "refresh_token_invalid")


def test_a_session_does_not_end_with_another_ones(api, bob):
    phone, laptop = (signed_in(api, bob).json()["refresh"] for _ in range(2))
    refreshed(api, phone)
    refreshed(api, phone)

    assert refreshed(api, laptop).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ü"])
def test_refresh_refuses_what_is_not_a_token(api, db, token):
    assert refreshed(api, token).status_code in {400, 401}


def test_an_access_token_is_no_refresh_token(api, bob):
    access = signed_in(api, bob).json()["access"]

    assert refreshed(api, access).status_code == 401


@pytest.mark.postgresql
@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_of_twenty_parallel_refreshes_at_most_one_succeeds(api, bob):
    token = signed_in(api, bob).json()["refresh"]
    barrier = Barrier(20)

    def refresh():
        barrier.wait()
        try:
            return refreshed(api, token).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = sorted(f.result() for f in [pool.submit(refresh) for _ in range(20)])

    assert answers == [200] + [401] * 19
    assert Session.objects.get().revoked_at is not None


def test_logout_ends_one_session_and_logout_all_every_one(api, bob):
    tokens = [signed_in(api, bob).json() for _ in range(3)]
    bearer = {"Authorization": f"Bearer {tokens[0]['access']}"}

    one = api(**bearer).post("/api/v1/auth/logout", {"refresh": tokens[1]["refresh"]})
    assert one.status_code == 204
    assert refreshed(api, tokens[1]["refresh"]).status_code == 401

    assert api(**bearer).post("/api/v1/auth/logout-all").status_code == 204
    assert refreshed(api, tokens[2]["refresh"]).status_code == 401


def test_an_access_token_ends_with_its_session_at_once(api, bob):
    phone, laptop, tablet = (signed_in(api, bob).json() for _ in range(3))

    def me(tokens):
        return api(Authorization=f"Bearer {tokens['access']}").get("/api/v1/auth/me")

    def leave(tokens, way, body=None):
        bearer = f"Bearer {tokens['access']}"
        api(Authorization=bearer).post(f"/api/v1/auth/{way}", body)

    leave(phone, "logout", {"refresh": phone["refresh"]})
    assert [me(t).status_code for t in (phone, laptop, tablet)] == [401, 200, 200]
    assert me(phone).json()["code"] == "unauthenticated"

    leave(laptop, "logout-all")
    assert [me(t).status_code for t in (phone, laptop, tablet)] == [401, 401, 401]


def test_a_refreshed_access_token_is_of_the_same_session(api, bob):
    tokens = signed_in(api, bob).json()
    access = refreshed(api, tokens["refresh"]).json()["access"]
    client = api(Authorization=f"Bearer {access}")
    assert client.get("/api/v1/auth/me").status_code == 200

    refreshed(api, tokens["refresh"])

    assert client.get("/api/v1/auth/me").status_code == 401


def test_an_access_token_without_a_session_is_no_good(api, bob):
    forgotten = signed_in(api, bob).json()["access"]
    Session.objects.all().delete()

    lapsed = signed_in(api, bob).json()["access"]
    Session.objects.update(expires_at=datetime(2026, 1, 1, tzinfo=UTC))

    for token in (AccessToken.for_user(bob), forgotten, lapsed):
        response = api(Authorization=f"Bearer {token}").get("/api/v1/auth/me")
        assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_the_caller_and_their_session_are_read_in_one_query(
    api, request, who, django_assert_num_queries
):
    client = api(request.getfixturevalue(who))

    with django_assert_num_queries(1):
        assert client.get("/api/v1/auth/me").status_code == 200


def test_instants_are_utc_in_summer_too(api, bob):
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    User.objects.filter(pk=bob.pk).update(last_login_at=noon)

    assert api(bob).get("/api/v1/auth/me").json()["last_login_at"] == "2026-07-01T12:00:00Z"


def test_nobody_ends_another_ones_session(api, bob, charlie):
    token = signed_in(api, bob).json()["refresh"]

    response = api(charlie).post("/api/v1/auth/logout", {"refresh": token})

    assert response.status_code == 401
    assert refreshed(api, token).status_code == 200


def test_a_closed_account_is_signed_out_at_once(api, bob):
    client = api(bob)
    User.objects.filter(pk=bob.pk).update(is_active=False)

    response = client.get("/api/v1/auth/me")

    assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_profile_changes_what_may_change_and_nothing_else(api, bob):
    response = api(bob).patch("/api/v1/auth/me", {"first_name": "Rob", "phone": "+44 20 7946 0000"})
    assert (response.status_code, response.json()["first_name"]) == (200, "Rob")

    for field in ("email", "role", "is_staff", "id", "email_verified"):
        refused = api(bob).patch("/api/v1/auth/me", {field: "x"})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)


def test_me_asks_for_a_sign_in(api, db):
    response = api().get("/api/v1/auth/me")

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("who", "role"), [("alice", "seller"), ("bob", "buyer"), ("dana", "staff")]
)
def test_role_is_the_most_that_a_person_is(api, request, who, role):
    assert api(request.getfixturevalue(who)).get("/api/v1/auth/me").json()["role"] == role
