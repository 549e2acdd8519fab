"""JSON bodies that are no bodies of ours: refused before anything looks into them."""

import pytest

LOGIN = "/api/v1/auth/login"


def sent(api, body):
    response = api().post(LOGIN, body, content_type="application/json")
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" * 100_000 + "]" * 100_000,
        "[" * 990 + "]" * 990,
        "[" * 33 + "]" * 33,
        '{"email":' + "[" * 32 + "]" * 32 + "}",
        '{"email":' + '{"a":' * 32 + "1" + "}" * 33,
    ],
    ids=len,
)
def test_a_body_nested_beyond_meaning_is_refused(api, db, body):
    assert sent(api, body) == (400, "parse_error")


@pytest.mark.parametrize("body", ["[" * 32 + "]" * 32, '{"email":' + "[" * 31 + "]" * 31 + "}"])
def test_nesting_within_bounds_is_looked_into(api, db, body):
    assert sent(api, body) == (400, "invalid")


@pytest.mark.parametrize("text", ["\\u0000", "a\\ud800b", "\\udfff"])
@pytest.mark.parametrize("around", ["{}", '{{"email": {}}}', "{{{}: 1}}", '{{"email": [[{}]]}}'])
def test_text_that_cannot_be_stored_is_refused_wherever_it_is(api, db, around, text):
    assert sent(api, around.format(f'"{text}"')) == (400, "parse_error")
