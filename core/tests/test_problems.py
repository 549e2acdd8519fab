"""Refusals are problem documents under ``/api``, whoever refuses: a view, or Django before it."""

import json

import pytest
import yaml
from drf_spectacular.generators import SchemaGenerator

from catalog.tests.factories import on_sale
from core.api.problems import refusal
from core.errors import Unavailable

PROBLEM = "application/problem+json"
LOGIN = "/api/v1/auth/login"
PRODUCTS = "/api/v1/products"
HISTORY = "/api/v1/transactions/history"
SCHEMA = "/api/schema"


def refused(response):
    """Status, code and the fields named."""
    assert response["Content-Type"] == PROBLEM
    body = json.loads(response.content)
    assert body["status"] == response.status_code
    return body["status"], body["code"], [error["field"] for error in body["errors"]]


def test_a_problem_says_no_more_by_its_type_than_by_its_status(api, db):
    response = api().get("/api/v1/nothing")

    assert response.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "not_found",
        "detail": "There is no such route.",
        "errors": [],
    }


def test_somebody_outside_who_does_not_answer_is_a_503():
    response = refusal(Unavailable())

    assert response.status_code == 503
    assert (response.data["code"], response.data["title"]) == ("unavailable", "Service Unavailable")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/products/a%00b",
        "/api/v1/products/a%00b/",
        "/api/v1/orders/a%00b",
        "/api/a%00b",
    ],
)
def test_a_nul_in_an_api_address_is_not_found(api, dana, path):
    assert refused(api(dana).get(path)) == (404, "not_found", [])


@pytest.mark.parametrize(
    "path",
    ["/pictures/a%00b.svg", "/orders/a%00b", "/c/a%00b", "/p/a%00b", "/static/a%00b", "/a%00b"],
)
def test_a_nul_in_the_address_of_a_page_is_not_found(client, bob, path):
    client.force_login(bob)

    response = client.get(path)

    assert response.status_code == 404
    assert "This stall is empty" in response.content.decode()


def test_a_nul_in_an_address_of_the_back_office_is_not_found(client, dana):
    client.force_login(dana)

    assert client.get("/admin/catalog/product/a%00b/change/").status_code == 404


def test_an_unknown_host_is_told_in_kind(client, db):
    elsewhere = {"HTTP_HOST": "evil.example"}

    assert refused(client.get(PRODUCTS, **elsewhere)) == (400, "bad_request", [])
    page = client.get("/", **elsewhere)
    assert (page.status_code, page["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_too_many_parameters_are_a_problem(client, db, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2

    assert refused(client.get(f"{PRODUCTS}?a=1&b=2&c=3")) == (400, "bad_request", [])


def test_a_body_that_is_too_long_is_refused_as_such(api, bob, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    assert refused(api().post(LOGIN, {"email": "a" * 100})) == (413, "too_large", [])
    ordered = api(bob).post("/api/v1/orders", {"a": "a" * 100}, headers={"Idempotency-Key": "k"})
    assert refused(ordered) == (413, "too_large", [])


def test_every_route_that_reads_a_body_documents_its_limit(client):
    paths = client.get(f"{SCHEMA}?format=json").json()["paths"]
    reading = [way for ways in paths.values() for way in ways.values() if "requestBody" in way]

    assert reading
    assert all("413" in way["responses"] for way in reading)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("condition=", ["condition"]),
        ("min_price=", ["min_price"]),
        ("search=&ordering=", ["search", "ordering"]),
        ("limit=abc&limit=5", ["limit"]),
        ("limit=5&limit=5", ["limit"]),
        ("cursor=&cursor=", ["cursor"]),
        ("page=", ["page"]),
        ("search=a%00", ["search"]),
        ("colour=&search=", ["colour", "search"]),
    ],
)
def test_a_parameter_that_would_be_ignored_is_refused(api, db, query, fields):
    assert refused(api().get(f"{PRODUCTS}?{query}")) == (400, "invalid", fields)


def test_an_empty_filter_of_history_is_refused(api, bob):
    assert refused(api(bob).get(f"{HISTORY}?kind=&from=")) == (400, "invalid", ["kind", "from"])


def test_an_empty_cursor_asks_for_the_first_page(api, db):
    on_sale(title="Cup")

    response = api().get(f"{PRODUCTS}?cursor=")

    assert [product["title"] for product in response.json()["results"]] == ["Cup"]


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer"])
def test_the_scheme_of_a_token_is_read_in_any_case(api, bob, scheme):
    client = api(bob)
    _, token = client._credentials["HTTP_AUTHORIZATION"].split()
    client.credentials(HTTP_AUTHORIZATION=f"{scheme} {token}")

    assert client.get("/api/v1/auth/me").json()["id"] == str(bob.pk)


@pytest.mark.parametrize("header", ["bearer x", "bearer", "bearer a b", "Bearer x"])
def test_a_bad_token_is_refused_in_any_case(api, db, header):
    response = api(Authorization=header).get(PRODUCTS)

    assert refused(response) == (401, "unauthenticated", [])


@pytest.mark.parametrize(
    ("query", "accept", "content_type", "load"),
    [
        ("", "*/*", "application/vnd.oai.openapi", yaml.safe_load),
        ("?format=yaml", "*/*", "application/vnd.oai.openapi", yaml.safe_load),
        ("?format=json", "*/*", "application/vnd.oai.openapi+json", json.loads),
        ("", "application/json", "application/json", json.loads),
    ],
)
def test_the_schema_comes_in_the_form_asked_for(client, query, accept, content_type, load):
    response = client.get(f"{SCHEMA}{query}", headers={"Accept": accept})

    assert response.status_code == 200
    assert response["Content-Type"].split(";")[0] == content_type
    whole = SchemaGenerator().get_schema(public=True)
    assert load(response.content)["paths"].keys() == whole["paths"].keys()


@pytest.mark.parametrize(
    ("query", "fields"),
    [("version=9", ["version"]), ("lang=de", ["lang"]), ("format=json&a=1", ["a"])],
)
def test_the_schema_takes_no_other_parameters(client, query, fields):
    assert refused(client.get(f"{SCHEMA}?{query}")) == (400, "invalid", fields)


@pytest.mark.parametrize(
    ("query", "accept", "status"), [("?format=xml", "*/*", 404), ("", "text/html", 406)]
)
def test_a_form_that_the_schema_does_not_have_is_a_problem(client, query, accept, status):
    response = client.get(f"{SCHEMA}{query}", headers={"Accept": accept})

    assert refused(response)[0] == status


def test_the_schema_is_built_once(client, monkeypatch):
    first = client.get(f"{SCHEMA}?format=json").content
    built = []
    build = SchemaGenerator.get_schema
    monkeypatch.setattr(
        SchemaGenerator, "get_schema", lambda *a, **k: built.append(1) or build(*a, **k)
    )

    for form in ("yaml", "json"):
        again = client.get(f"{SCHEMA}?format={form}").content

    assert built == []
    assert again == first
