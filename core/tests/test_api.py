"""What every answer of the API has in common."""

import pytest
from django.db import OperationalError
from django.utils import timezone

from catalog.tests.factories import on_sale
from core import clock
from core.api.problems import exception_handler
from core.middleware import RequestIdFilter


@pytest.mark.parametrize("path", ["/api", "/api/", "/health", "/health/live", "/health/ready/"])
def test_the_service_answers_with_and_without_a_slash(api, db, path):
    response = api().get(path)

    assert response.status_code == 200
    assert response.json()["status"] == "up"


def test_ready_names_what_is_down_and_not_why(api, db, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}

    response = api().get("/health/ready")

    assert response.status_code == 503
    body = response.json()
    assert (body["status"], body["broker"], body["database"]) == ("down", "down", "up")
    assert "127.0.0.1" not in response.content.decode()


def test_every_answer_says_how_long_it_took_and_how_to_find_it(api):
    response = api().get("/health/live")

    assert float(response["X-Process-Time"]) >= 0
    assert len(response["X-Request-ID"]) == 36


def test_a_request_id_is_kept_if_it_is_fit_for_a_log(api):
    assert api().get("/health/live", headers={"X-Request-ID": "a-1"})["X-Request-ID"] == "a-1"
    forged = api().get("/health/live", headers={"X-Request-ID": "a b<script>"})
    assert len(forged["X-Request-ID"]) == 36


def test_an_unknown_route_is_a_problem_document(api, db):
    response = api().get("/api/v1/nothing")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_an_unknown_page_is_a_page(client, db):
    response = client.get("/nothing")

    assert response.status_code == 404
    assert "This stall is empty" in response.content.decode()


def test_an_unknown_query_parameter_is_named(api, db):
    response = api().get("/api/v1/products?colour=red")

    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"field": "colour", "code": "invalid", "detail": "This parameter is not known here."}
    ]


def test_an_unknown_body_field_is_named(api, db):
    response = api().post("/api/v1/auth/login", {"email": "a@b.co", "password": "x", "otp": "1"})

    assert response.status_code == 400
    assert [(e["field"], e["code"]) for e in response.json()["errors"]] == [
        ("otp", "unknown_field")
    ]


@pytest.mark.parametrize("body", ['{"email": NaN}', "[", '"\\u0000"', '{"email": "\\ud800"}'])
def test_a_body_that_cannot_be_meant_is_refused(api, db, body):
    response = api().post("/api/v1/auth/login", body, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["code"] in {"parse_error", "invalid"}


def test_another_content_type_is_refused(api, db):
    response = api().post("/api/v1/auth/login", "email=a", content_type="text/plain")

    assert response.status_code == 415
    assert response["Content-Type"] == "application/problem+json"


def test_answers_are_gzipped_when_asked(api, db):
    for _ in range(3):
        on_sale()

    response = api().get("/api/v1/products", headers={"Accept-Encoding": "gzip"})

    assert response["Content-Encoding"] == "gzip"


def test_a_catalogue_read_is_not_sent_twice(api, db):
    on_sale()
    first = api().get("/api/v1/products")

    again = api().get("/api/v1/products", headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_a_private_answer_is_never_stored(api, bob):
    assert api(bob).get("/api/v1/auth/me")["Cache-Control"] == "no-store"


def test_cors_answers_configured_origins_only(api, db, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]
    asked = {"Access-Control-Request-Method": "POST"}

    ours = api().options("/api/v1/cart", headers={"Origin": "https://shop.example", **asked})
    other = api().options("/api/v1/cart", headers={"Origin": "https://evil.example", **asked})

    assert ours["Access-Control-Allow-Origin"] == "https://shop.example"
    assert ours["Access-Control-Allow-Credentials"] == "true"
    assert ours["Access-Control-Max-Age"] == "43200"
    assert "Access-Control-Allow-Origin" not in other


def test_a_busy_database_is_a_503_with_a_hint_when_to_come_back():
    response = exception_handler(OperationalError("lock timeout"), {})

    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert response.data["code"] == "busy"


def test_the_policy_is_strict_except_where_a_page_cannot_do_with_it(client, db):
    home = client.get("/")["Content-Security-Policy"]
    docs = client.get("/docs")["Content-Security-Policy"]
    admin = client.get("/admin/login/")["Content-Security-Policy"]

    assert "unsafe" not in home
    assert "style-src 'self' 'unsafe-inline'" in docs
    assert "script-src" not in docs
    assert "'unsafe-eval'" in admin


def test_docs_load_nothing_from_elsewhere(client, db):
    page = client.get("/docs").content.decode()

    assert "swagger-ui" in page
    assert "http://" not in page
    assert "https://" not in page


def test_db_now_is_the_database_servers_clock(db):
    first, second = clock.db_now(), clock.db_now()

    assert timezone.is_aware(first)
    assert first < second


def test_a_refused_requests_log_line_bears_its_id(api, db, caplog):
    response = api().get("/api/v1/nothing")

    [record] = [r for r in caplog.records if r.name == "django.request"]
    RequestIdFilter().filter(record)
    assert record.request_id == response["X-Request-ID"]
