"""Sellers' rates over the API: one's own, validated, and guarded by the database."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.tests.factories import SellerFactory
from cart.models import ShippingMethod, ShippingRate, TaxRate
from cart.tests.factories import ShippingMethodFactory, TaxRateFactory, ships

URL = "/api/v1/seller/shipping-rates"
BODY = {"method": "standard", "country": "GB", "price": "3.95", "per_kg": "0.50"}


@pytest.fixture
def standard(db):
    return ShippingMethodFactory()


def test_a_seller_sets_changes_and_removes_a_rate(api, alice, standard):
    made = api(alice).post(URL, {**BODY, "free_above": "50.00"})
    url = f"{URL}/{made.json()['id']}"
    changed = api(alice, **{"If-Match": made["ETag"]}).patch(url, {"free_above": None})

    assert (made.status_code, changed.status_code) == (201, 200)
    assert made.json()["free_above"] == "50.00"
    assert changed.json() == {
        "id": made.json()["id"],
        "method": "standard",
        "method_name": "Standard",
        "country": "GB",
        "price": "3.95",
        "per_kg": "0.50",
        "free_above": None,
        "currency": "GBP",
        "version": 2,
    }
    assert api(alice).get(URL).json()["results"] == [changed.json()]
    assert api(alice).delete(url).status_code == 204
    assert not ShippingRate.objects.exists()


def test_everywhere_else_is_a_country_left_out(api, alice, standard):
    made = api(alice).post(URL, {"method": "standard", "price": "12.00"})

    assert (made.json()["country"], made.json()["per_kg"]) == ("", "0.00")


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"method": "rocket"}, 400, "method"),
        ({"country": "UK"}, 400, "country"),
        ({"price": "-0.01"}, 400, "price"),
        ({"price": "100000.01"}, 400, "price"),
        ({"price": "1.001"}, 422, "price"),
        ({"price": 3.95}, 422, "price"),
        ({"per_kg": "-1.00"}, 400, "per_kg"),
        ({"free_above": "-1.00"}, 400, "free_above"),
        ({"currency": "EUR"}, 400, "currency"),
    ],
)
def test_what_is_wrong_with_a_rate_is_named(api, alice, standard, changes, status, field):
    answer = api(alice).post(URL, {**BODY, **changes})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)
    assert not ShippingRate.objects.exists()


def test_a_country_has_one_rate_for_a_method(api, alice, standard):
    api(alice).post(URL, BODY)

    answer = api(alice).post(URL, {**BODY, "price": "1.00"})

    assert (answer.status_code, answer.json()["code"]) == (409, "shipping_rate_taken")
    assert ShippingRate.objects.get().price == 395


def test_anothers_rates_are_not_there(api, alice, standard):
    ships(alice.seller)
    other, rate = SellerFactory(), ShippingRate.objects.get()
    thief = api(other.user, **{"If-Match": "*"})

    assert thief.get(URL).json()["results"] == []
    assert thief.patch(f"{URL}/{rate.pk}", {"price": "0.00"}).status_code == 404
    assert thief.delete(f"{URL}/{rate.pk}").status_code == 404
    assert ShippingRate.objects.get().price == 395


@pytest.mark.parametrize("who", ["nobody", "bob", "dana"])
def test_only_sellers_have_rates(api, request, standard, who):
    client = api(None if who == "nobody" else request.getfixturevalue(who))

    status = 401 if who == "nobody" else 403
    assert client.get(URL).status_code == status
    assert client.post(URL, BODY).status_code == status
    assert not ShippingRate.objects.exists()


def test_of_two_who_edit_a_rate_the_second_is_told(api, alice, standard):
    made = api(alice).post(URL, BODY)
    url, seen = f"{URL}/{made.json()['id']}", {"If-Match": made["ETag"]}

    first = api(alice, **seen).patch(url, {"price": "1.00"})
    second = api(alice, **seen).patch(url, {"price": "2.00"})

    assert (first.status_code, second.status_code) == (200, 412)
    assert api(alice).patch(url, {"price": "2.00"}).status_code == 428
    assert ShippingRate.objects.get().price == 100


def test_a_list_asks_the_same_number_of_queries_for_one_and_for_three(
    api, alice, django_assert_num_queries
):
    client = api(alice)
    ships(alice.seller)
    client.get(URL)
    with django_assert_num_queries(3):
        client.get(URL)
    ships(alice.seller, "GB")
    ships(alice.seller, "FR", method="express")
    with django_assert_num_queries(3):
        client.get(URL)


BROKEN = {
    "price below 0": (ShippingRate, "price = -1"),
    "price above the highest": (ShippingRate, "price = 10000001"),
    "per kg below 0": (ShippingRate, "per_kg = -1"),
    "free above below 0": (ShippingRate, "free_above = -1"),
    "country of small letters": (ShippingRate, "country = 'gb'"),
    "country of one letter": (ShippingRate, "country = 'G'"),
    "currency": (ShippingRate, "currency = 'gbp'"),
    "one country twice": (ShippingRate, "country = 'GB'"),
    "days": (ShippingMethod, "days_from = 9"),
    "tax above all": (TaxRate, "rate = 10001"),
    "tax below 0": (TaxRate, "rate = -1"),
    "tax without a name": (TaxRate, "name = ''"),
    "tax of no country": (TaxRate, "country = ''"),
    "one country's tax twice": (TaxRate, "country = 'GB'"),
}


@pytest.mark.parametrize(("model", "change"), BROKEN.values(), ids=BROKEN)
def test_the_database_refuses_it_whoever_writes(alice, model, change):
    ships(alice.seller, "GB")
    ships(alice.seller, "FR")
    TaxRateFactory(country="GB")
    TaxRateFactory(country="FR")
    before = list(model.objects.order_by("pk").values())

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {change}")

    assert list(model.objects.order_by("pk").values()) == before
