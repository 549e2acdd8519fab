"""Joining, signing in, staying signed in, leaving."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

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
    ],
)
def test_register_names_what_is_wrong(api, db, changes, field):
    response = joined(api, **changes)

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == field
    assert not User.objects.exists()


def signed_in(api, user, password=PASSWORD):
    return api().post("/api/v1/auth/login", {"email": user.email.upper(), "password": password})


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
