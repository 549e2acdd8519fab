"""The sellers' page of shipping rates."""

import pytest

from accounts.tests.factories import SellerFactory
from cart.models import ShippingRate
from cart.tests.factories import ShippingMethodFactory, ships

PAGE = "/selling/shipping"


@pytest.fixture
def selling(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def form(db):
    return {"method": ShippingMethodFactory().pk, "country": "GB", "price": "3.95"}


def test_a_seller_adds_changes_and_removes_a_rate(selling, form):
    added = selling.post(PAGE, {**form, "free_above": "50"})
    rate = ShippingRate.objects.get()
    shown = selling.get(PAGE).content.decode()
    begun = selling.get(f"{PAGE}/{rate.pk}").context["form"]["free_above"].value()
    changed = selling.post(f"{PAGE}/{rate.pk}", {"price": "4.95", "per_kg": "0.50"})

    assert (added["Location"], changed["Location"], begun) == (PAGE, PAGE, "50.00")
    for text in ("Standard to United Kingdom", "£3.95", "free from", "£50.00"):
        assert text in shown
    rate.refresh_from_db()
    assert (rate.price, rate.per_kg, rate.free_above) == (495, 50, None)
    assert selling.post(f"{PAGE}/{rate.pk}/remove")["Location"] == PAGE
    assert not ShippingRate.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"price": ""}, "price"),
        ({"price": "-1"}, "price"),
        ({"price": "1.001"}, "price"),
        ({"price": "100000.01"}, "price"),
        ({"per_kg": "x"}, "per_kg"),
        ({"free_above": "-0.01"}, "free_above"),
        ({"country": "UK"}, "country"),
        ({"method": "rocket"}, "method"),
    ],
)
def test_what_is_wrong_is_beside_its_field(selling, form, changes, field):
    response = selling.post(PAGE, {**form, **changes})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not ShippingRate.objects.exists()


def test_a_country_has_one_rate_for_a_method(selling, form):
    selling.post(PAGE, form)

    response = selling.post(PAGE, {**form, "price": "1.00"})

    taken = "There is a rate for this method and country already."
    assert response.context["form"].errors["country"] == [taken]
    assert ShippingRate.objects.get().price == 395


def test_anothers_rates_are_not_there(client, alice, form):
    ships(alice.seller)
    rate = ShippingRate.objects.get()
    client.force_login(SellerFactory().user)

    assert list(client.get(PAGE).context["rates"]) == []
    assert client.get(f"{PAGE}/{rate.pk}").status_code == 404
    assert client.post(f"{PAGE}/{rate.pk}", form).status_code == 404
    assert client.post(f"{PAGE}/{rate.pk}/remove").status_code == 404
    assert ShippingRate.objects.get().price == 395


def test_only_sellers_have_the_page_and_its_link(client, alice, bob, form):
    assert client.get(PAGE)["Location"] == f"/sign-in?next={PAGE}"
    client.force_login(bob)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, form).status_code == 403
    assert PAGE not in client.get("/cart").content.decode()

    client.force_login(alice)

    assert PAGE in client.get("/cart").content.decode()
    assert not ShippingRate.objects.exists()
