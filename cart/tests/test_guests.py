"""Guests' carts: found again by their token alone, and merged into the cart of who signs in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import PASSWORD
from cart import services
from cart.models import Cart, CartItem
from cart.shoppers import Shopper, token_of
from catalog.models import Variant
from catalog.tests.factories import on_sale
from core.ids import uuid7
from core.models import Event

URL = "/api/v1/cart"
NOW = timezone.now().replace(microsecond=0)


def add(client, variant, quantity=1):
    response = client.post(f"{URL}/items", {"variant_id": str(variant.pk), "quantity": quantity})
    assert response.status_code == 201, response.content
    return response


def guest(api, response):
    """A client with the token that ``response`` gave."""
    return api(None, x_cart_token=response["X-Cart-Token"])


def contents(cart):
    return dict(cart.items.values_list("variant", "quantity"))


def put(shopper, variant, quantity):
    return services.add(shopper=shopper, variant=variant, quantity=quantity, at=NOW).cart


def test_a_guest_keeps_a_cart_by_its_token(api, db):
    cup, bowl = on_sale(price=450), on_sale(price=900)
    first = add(api(), cup, 2)

    second = add(guest(api, first), bowl)

    body = guest(api, second).get(URL).json()
    assert (body["customer_id"], body["total_items"], body["subtotal"]) == (None, 3, "18.00")
    item = body["items"][0]["id"]
    assert guest(api, first).put(f"{URL}/items/{item}", {"quantity": 5}).json()["total_items"] == 6
    assert guest(api, first).delete(URL).json()["items"] == []
    assert Cart.objects.count() == 1


def test_without_a_token_nothing_is_found_and_nothing_is_made(api, db):
    cup = on_sale()
    body = add(api(), cup).json()

    assert api().get(URL).json()["items"] == []
    assert api().delete(URL).json()["items"] == []
    missing = api().put(f"{URL}/items/{body['items'][0]['id']}", {"quantity": 9})
    assert missing.status_code == 404
    assert contents(Cart.objects.get()) == {cup.pk: 1}


def test_a_token_that_is_not_ours_is_refused(api, bob):
    cart = put(Shopper(user=bob), on_sale(), 1)

    for token in ("x", cart.pk.hex, token_of(cart.pk)[:-1] + "?"):
        response = api(None, x_cart_token=token).get(URL)
        assert (response.status_code, response.json()["code"]) == (400, "cart_token_invalid")


def test_a_token_of_a_persons_cart_opens_nothing(api, bob):
    cart = put(Shopper(user=bob), on_sale(), 1)

    assert api(None, x_cart_token=token_of(cart.pk)).get(URL).json()["items"] == []


def test_a_token_is_good_for_thirty_days(api, db):
    with time_machine.travel(NOW, tick=False) as travel:
        kept = guest(api, add(api(), on_sale()))

        travel.shift(timedelta(days=30))
        assert kept.get(URL).json()["total_items"] == 1

        travel.shift(timedelta(seconds=1))
        assert kept.get(URL).json()["items"] == []


def test_guests_carts_are_limited_by_address(api, db, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"guest_cart": "1/minute"}
    cup = on_sale()
    mine = guest(api, add(api(), cup))

    refused = api().post(f"{URL}/items", {"variant_id": str(cup.pk), "quantity": 1})

    assert refused.status_code == 429
    assert add(mine, cup).json()["total_items"] == 2
    assert Cart.objects.count() == 1


def test_merging_sums_up_to_the_most_that_can_be_bought(api, bob):
    cup, bowl, plate = on_sale(title="Cup", price=450), on_sale(), on_sale()
    own = put(Shopper(user=bob), cup, 60)
    put(Shopper(user=bob), plate, 3)
    theirs = put(Shopper(), cup, 50)
    put(Shopper(guest_cart=theirs.pk), bowl, 2)
    Variant.objects.filter(pk=cup.pk).update(price=500)

    merged = api(bob, x_cart_token=token_of(theirs.pk)).post(f"{URL}/merge")

    assert merged.status_code == 200
    assert merged.json()["reduced"] == [
        {"variant_id": str(cup.pk), "product_name": "Cup", "asked": 110, "kept": 99}
    ]
    assert contents(own) == {cup.pk: 99, plate.pk: 3, bowl.pk: 2}
    assert own.items.get(variant=cup).seen_price == 450
    assert list(Cart.objects.all()) == [own]

    again = api(bob, x_cart_token=token_of(theirs.pk)).post(f"{URL}/merge")
    assert (again.status_code, again.json()["reduced"]) == (200, [])
    assert contents(own) == {cup.pk: 99, plate.pk: 3, bowl.pk: 2}


def test_another_persons_cart_cannot_be_merged(api, bob, charlie):
    theirs = put(Shopper(user=charlie), on_sale(), 1)

    api(bob, x_cart_token=token_of(theirs.pk)).post(f"{URL}/merge")

    assert theirs.items.count() == 1
    assert not CartItem.objects.filter(cart__user=bob).exists()


def test_whoever_signs_in_and_keeps_the_token_has_everything(api, bob):
    theirs = put(Shopper(), on_sale(), 2)

    body = api(bob, x_cart_token=token_of(theirs.pk)).get(URL).json()

    assert (body["customer_id"], body["total_items"]) == (str(bob.pk), 2)
    assert not Cart.objects.filter(user=None).exists()


def test_a_basket_filled_before_signing_in_is_there_afterwards(client, bob):
    cup = on_sale(title="Cup")
    client.post("/cart/add", {"variant_id": cup.pk, "quantity": 2})
    assert "Cup" in client.get("/cart").content.decode()

    client.post("/sign-in", {"email": bob.email, "password": PASSWORD})
    page = client.get("/cart")

    assert "Cup" in page.content.decode()
    assert contents(Cart.objects.get(user=bob)) == {cup.pk: 2}
    assert client.cookies["cart"].value == ""


def test_a_customers_cart_is_theirs_and_staffs_to_see(api, bob, charlie, dana):
    put(Shopper(user=bob), on_sale(), 2)
    address = f"{URL}/{bob.pk}"

    assert api(bob).get(address).json()["total_items"] == 2
    assert api(dana).get(address).json()["total_items"] == 2
    assert api(charlie).get(address).status_code == 404
    assert api().get(address).status_code == 401
    assert api(dana).get(f"{URL}/{uuid7()}").status_code == 404


def test_a_cart_left_alone_is_told_of_once_until_it_is_touched(bob, db):
    left = put(Shopper(user=bob), on_sale(), 1)
    services.clear(shopper=Shopper(guest_cart=put(Shopper(), on_sale(), 1).pk), at=NOW)
    soon, late = NOW + timedelta(hours=23), NOW + timedelta(hours=24)

    told = [services.note_abandoned(at=at) for at in (soon, late, late)]

    assert told == [0, 1, 0]
    event = Event.objects.get(kind="cart.abandoned")
    assert (event.subject_id, event.payload["user"]) == (left.pk, str(bob.pk))

    services.add(
        shopper=Shopper(user=bob), variant=on_sale(), quantity=1, at=late + timedelta(hours=1)
    )
    again = [services.note_abandoned(at=late + timedelta(hours=h)) for h in (24, 25)]
    assert again == [0, 1]


def test_guests_carts_are_forgotten_when_no_token_can_name_them(bob, db):
    put(Shopper(user=bob), on_sale(), 1)
    put(Shopper(), on_sale(), 1)

    services.forget_guests(at=NOW + timedelta(days=30) - timedelta(seconds=1))
    assert Cart.objects.count() == 2
    services.forget_guests(at=NOW + timedelta(days=30))
    assert Cart.objects.get().user == bob


@pytest.mark.postgresql
@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_merges_and_adds_at_once_lose_nothing(bob):
    cup = on_sale()
    guests = [put(Shopper(), cup, 1) for _ in range(4)]
    put(Shopper(user=bob), cup, 1)
    jobs = [
        *[
            lambda g=g: services.merge(user=bob, guest_cart=g.pk, at=NOW)
            for g in guests
            for _ in range(3)
        ],
        *[lambda: put(Shopper(user=bob), cup, 1)] * 4,
    ]
    barrier = Barrier(len(jobs))

    def run(job):
        try:
            barrier.wait()
            job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        list(pool.map(run, jobs))

    assert contents(Cart.objects.get()) == {cup.pk: 9}
