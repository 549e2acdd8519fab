"""Guests check out on the page: an address instead of an account, and no wallet."""

import pytest

from catalog.models import Variant
from catalog.tests.factories import on_sale
from ledger.testing import assert_books_balance
from orders import links
from orders.models import Order
from orders.tests import doubles
from orders.tests.factories import ADDRESS, GUEST, buy_as_guest, put_in_cart
from orders.tests.proofs import balances

FORM = {**ADDRESS, "email": GUEST, "payment_method": "invoice"}


@pytest.fixture
def basket(client, db):
    """Two cups of 4.50 in a guest's browser."""
    cup = on_sale(price=450, stock=5, title="Cup")
    client.post("/cart/add", {"variant_id": cup.pk, "quantity": 2})


@pytest.mark.usefixtures("basket")
def test_a_guest_checks_out_once_and_lands_on_the_orders_page(client):
    page = client.get("/checkout")
    text = page.content.decode()
    assert "/sign-in?next=/checkout" in text
    assert "wallet" not in text
    key = page.context["form"]["key"].value()

    first, second = (client.post("/checkout", {**FORM, "key": key}) for _ in range(2))

    order = Order.objects.get()
    assert (order.user, order.email, order.status) == (None, GUEST, "awaiting_payment")
    address, _, query = first["Location"].partition("?")
    assert (links.order_of(address.rpartition("/")[2]), query) == (order.pk, "placed")
    assert second["Location"] == address
    shown = client.get(first["Location"]).content.decode()
    assert f'in the mail to <span class="wrap-anywhere">{GUEST}' in shown
    assert Variant.objects.get().stock == 3


@pytest.mark.usefixtures("basket")
@pytest.mark.parametrize(
    ("changes", "field"),
    [({"email": ""}, "email"), ({"email": "x"}, "email"), ({"payment_method": "wallet"}, None)],
)
def test_what_is_wrong_is_beside_its_field(client, changes, field):
    response = client.post("/checkout", {**FORM, "key": "k", **changes})

    assert list(response.context["form"].errors) == [field or "payment_method"]
    assert not Order.objects.exists()


def test_without_a_basket_nothing_is_bought(client, db):
    assert client.get("/checkout")["Location"] == "/cart"

    response = client.post("/checkout", {**FORM, "key": "k"})

    assert response.context["form"].non_field_errors() == ["The basket is empty."]
    assert not Order.objects.exists()


@pytest.mark.usefixtures("basket")
def test_where_guests_have_no_way_to_pay_they_sign_in(client, settings):
    settings.PAYMENT_METHODS = ["wallet"]

    assert client.get("/checkout")["Location"] == "/sign-in?next=/checkout"
    assert client.post("/checkout", {**FORM, "key": "k"})["Location"].startswith("/sign-in")
    assert not Order.objects.exists()


@pytest.mark.usefixtures("basket", "provider")
def test_a_declined_card_is_followed_by_another_one_on_the_orders_page(client):
    card = {"payment_method": "test", "payment_token": doubles.DECLINED}
    placed = client.post("/checkout", {**FORM, **card, "key": "k"})
    address = placed["Location"].partition("?")[0]
    assert "Your card was declined." in client.get(address).content.decode()

    good = {"payment_method": "test", "payment_token": doubles.GOOD, "key": "p"}
    paid = client.post(f"{address}/pay", good)

    assert (paid["Location"], Order.objects.get().status) == (address, "paid")
    assert balances()["escrow"] == 900
    assert_books_balance()


def test_whoever_is_signed_in_gives_no_address(client, bob):
    put_in_cart(bob, on_sale(price=450))
    client.force_login(bob)
    assert "email" not in client.get("/checkout").context["form"].fields

    client.post("/checkout", {**FORM, "key": "k"})

    assert (Order.objects.get().user, Order.objects.get().email) == (bob, bob.email)


def test_a_guests_order_is_paid_by_link_alone_and_from_no_wallet(client, bob, db):
    order = buy_as_guest(on_sale(price=450))
    address = f"/orders/guest/{links.token_of(order.pk)}/pay"
    wallet = {"payment_method": "wallet", "key": "k"}

    assert client.post(address, wallet).status_code == 200
    client.force_login(bob)
    assert client.post(f"/orders/{order.number}/pay", wallet).status_code == 404
    assert client.post(f"{address[:-5]}x/pay", wallet).status_code == 404

    order.refresh_from_db()
    assert order.status == "awaiting_payment"
