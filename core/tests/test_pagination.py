"""Cursors and numbers that nobody gave out: each is refused by name, on both engines."""

import base64
from uuid import UUID

import pytest

from catalog.tests.factories import BrandFactory, on_sale
from orders.tests.factories import buy, give

PRODUCTS = "/api/v1/products"
BRANDS = "/api/v1/products/brands"
HISTORY = "/api/v1/transactions/history"
ORDERS = "/api/v1/orders"

SOME_ID = "01980000-0000-7000-8000-000000000000"
NEVER_VALUES = [
    "1e400",
    "Infinity",
    "NaN",
    "1.5",
    "null",
    "true",
    "[]",
    "[[1]]",
    "{}",
    '"\\ud800"',
    '"a\\u0000b"',
    str(2**63),
    str(-(2**63) - 1),
    "1" + "0" * 4000,
    "1" + "0" * 5000,
]
NEVER_INSTANTS = [
    '"9999-12-31T23:59:59-23:59"',
    '"0001-01-01T00:00:00+23:59"',
    '"2026-01-01T00:00:00"',
    '"2026-13-01T00:00:00+00:00"',
    "0",
]
NEVER_IDS = ['"x"', '""', "1", '"01980000-0000-7000-8000-00000000000g"']


def cursor(*values):
    """A cursor whose position is these JSON texts."""
    token = f"[false,[{','.join(values)}]]"
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def faults(response):
    assert response.status_code == 400, response.content
    return [error["field"] for error in response.json()["errors"]]


@pytest.mark.parametrize("value", [*NEVER_VALUES, *NEVER_INSTANTS[:2]])
@pytest.mark.parametrize("ordering", ["price", "-price", "best_selling"])
def test_a_number_that_no_product_can_have_is_refused(api, db, ordering, value):
    made = cursor(value, f'"{SOME_ID}"')

    response = api().get(PRODUCTS, {"ordering": ordering, "cursor": made})

    assert faults(response) == ["cursor"]


@pytest.mark.parametrize("value", NEVER_VALUES)
@pytest.mark.parametrize("ordering", ["title", "-brand"])
def test_a_text_that_no_product_can_have_is_refused(api, db, ordering, value):
    response = api().get(PRODUCTS, {"ordering": ordering, "cursor": cursor(value, f'"{SOME_ID}"')})

    assert faults(response) == ["cursor"]


@pytest.mark.parametrize("value", NEVER_VALUES + NEVER_IDS)
def test_an_id_that_is_none_is_refused(api, db, value):
    response = api().get(PRODUCTS, {"ordering": "price", "cursor": cursor("1", value)})

    assert faults(response) == ["cursor"]


@pytest.mark.parametrize("path", [PRODUCTS, HISTORY, ORDERS])
@pytest.mark.parametrize("value", NEVER_VALUES + NEVER_INSTANTS)
def test_an_instant_that_never_was_is_refused(api, bob, path, value):
    response = api(bob).get(path, {"cursor": cursor(value, f'"{SOME_ID}"')})

    assert faults(response) == ["cursor"]


@pytest.mark.parametrize(
    "token",
    [
        "[]",
        "[false]",
        "[false,[]]",
        "[false,{}]",
        "[false,null]",
        f'[false,{{"a":1,"{SOME_ID}":1}}]',
        f'[0,["a","{SOME_ID}"]]',
        f'[null,["a","{SOME_ID}"]]',
        "{}",
        "null",
        "1",
        '"ab"',
        "[" * 100_000,
    ],
)
def test_a_token_of_another_shape_is_refused(api, db, token):
    encoded = base64.urlsafe_b64encode(token.encode()).decode()

    assert faults(api().get(BRANDS, {"cursor": encoded})) == ["cursor"]


@pytest.mark.parametrize(
    "text", ["0" * 15 + "10000", "1" * 5000, "00000001", "\u0661", "+1", "1.0"]
)
@pytest.mark.parametrize("name", ["limit", "page"])
def test_a_number_is_read_as_it_was_checked(api, db, name, text):
    assert faults(api().get(PRODUCTS, {name: text})) == [name]


def test_the_largest_page_is_a_page(api, db):
    response = api().get(PRODUCTS, {"limit": "0000100", "page": "1000000"})

    assert (response.status_code, response.json()["results"]) == (200, [])


@pytest.mark.parametrize(
    ("ordering", "value", "expected"),
    [
        ("price", str(2**63 - 1), []),
        ("-price", str(2**63 - 1), ["Cup"]),
        ("price", str(-(2**63)), ["Cup"]),
        ("newest", '"9999-12-31T23:59:59.999999+00:00"', ["Cup"]),
        ("newest", '"0001-01-01T00:00:00+00:00"', []),
        ("newest", '"9999-12-31T23:59:59+01:00"', ["Cup"]),
        ("title", '""', ["Cup"]),
        ("best_selling", "0", []),
    ],
)
def test_the_farthest_positions_are_positions(api, db, ordering, value, expected):
    on_sale(title="Cup")
    made = cursor(value, f'"{UUID(int=0)}"')

    response = api().get(PRODUCTS, {"ordering": ordering, "cursor": made})

    assert response.status_code == 200
    assert [product["title"] for product in response.json()["results"]] == expected


@pytest.mark.parametrize("path", [BRANDS, HISTORY, ORDERS, f"{PRODUCTS}?ordering=best_selling"])
def test_every_list_walks_by_its_own_cursors(api, dana, path):
    give(dana, "1000.00")
    for number in range(3):
        buy(dana, on_sale(brand=BrandFactory(), units_sold=number // 2))
    everything = [row["id"] for row in api(dana).get(path).json()["results"]]

    seen = []
    link = f"{path}{'&' if '?' in path else '?'}limit=1&cursor="
    while link:
        page = api(dana).get(link).json()
        seen += [row["id"] for row in page["results"]]
        link = page["next"]

    assert len(everything) >= 3
    assert seen == everything
