"""Shelves and the search box's list on pages."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import totals
from catalog.tests.factories import BrandFactory, on_sale


def queries(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_suggestions_are_options_that_lead_to_products(client, db):
    on_sale(title="Blue Spotted Cup", slug="cup", price=450)
    on_sale(title="Lantern")

    response = client.get("/search/suggestions?q=spot")

    text = response.content.decode()
    assert text.count('role="option"') == 1
    assert 'href="/p/cup"' in text
    assert "Blue <mark>Spot</mark>ted Cup" in text
    assert "£4.50" in text
    assert response["Cache-Control"] == "public, max-age=60"
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("typed", ["", " ", "%00", "'", "zebra", "x" * 9999])
def test_nothing_is_suggested_for_what_nothing_has(client, db, typed):
    on_sale(title="Cup")

    response = client.get("/search/suggestions", {"q": typed})

    assert (response.status_code, "option" in response.content.decode()) == (200, False)


def test_titles_are_text_in_suggestions(client, db):
    on_sale(title="<b>Cup</b> & saucer")

    text = client.get("/search/suggestions?q=cup").content.decode()

    assert "&lt;b&gt;" in text
    assert "<mark>Cup</mark>&lt;/b&gt; &amp; saucer" in text


def test_suggestions_take_as_many_queries_for_one_product_as_for_three(client, db):
    on_sale(title="Cup")
    few = [queries(client, "/search/suggestions?q=cu") for _ in range(2)][1]

    for _ in range(2):
        on_sale(title="Cup", brand=BrandFactory())

    assert queries(client, "/search/suggestions?q=cu") == few


def test_choices_say_how_many_things_they_leave(client, db):
    acme = BrandFactory(name="Acme", slug="acme")
    on_sale(price=450, brand=acme)
    on_sale(price=500, brand=acme, condition="used")
    on_sale(price=60_000)

    page = client.get("/search?q=&brand=acme&page=1")

    text = page.content.decode()
    assert "Acme (2)" in text
    assert ("New (1)" in text, "Used (1)" in text) == (True, True)
    assert [(str(band.lowest), band.count) for band in page.context["bands"]] == [
        ("0.00", 1),
        ("5.00", 1),
    ]
    assert 'href="?q=&amp;brand=acme&amp;min_price=5.00&amp;max_price=9.99"' in text


def test_what_is_chosen_stays_to_be_seen_where_it_leaves_nothing(client, db):
    BrandFactory(name="Acme", slug="acme")
    on_sale(title="Cup")

    page = client.get("/search?brand=acme&condition=used")

    assert 'value="acme" selected>Acme<' in page.content.decode()
    assert 'value="used" selected>Used<' in page.content.decode()


def test_a_long_list_says_about_how_long_it_is(client, db, monkeypatch):
    for _ in range(25):
        on_sale(title="Cup")
    monkeypatch.setattr(totals, "EXACT_UP_TO", 1)
    monkeypatch.setitem(totals.ESTIMATES, connection.vendor, lambda _: (12_345, True))

    first, last = client.get("/search?q=cup"), client.get("/search?q=cup&page=2")
    beyond = client.get("/search?q=cup&page=400")

    assert "of about 12,000" in first.content.decode()
    assert (first.context["page"].next_url, last.context["page"].next_url) == (
        "/search?q=cup&page=2",
        None,
    )
    assert (beyond.context["page"].number, beyond.context["page"].total) == (2, 25)
