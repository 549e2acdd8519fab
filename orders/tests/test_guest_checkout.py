"""Guests buy with their cart's token and an e-mail address, and by any way but a wallet."""

import pytest
from django.core import mail
from django.utils import timezone

from cart import services as cart_services
from cart.models import Cart
from cart.pricing import Customer
from cart.shoppers import Shopper, token_of
from catalog.models import Variant
from catalog.tests.factories import on_sale
from core.models import Event, IdempotencyRecord
from core.money import Money
from ledger.models import Transaction
from ledger.testing import assert_books_balance
from orders import errors, links
from orders.models import Order, Payment
from orders.services import (
    Purchase,
    Wanted,
    enter_transfer,
    match_transfer,
    pay_order,
    place_order,
)
from orders.tests import doubles
from orders.tests.factories import ADDRESS, GUEST, buy_as_guest, put_in_cart
from orders.tests.proofs import assert_all_checks_pass, balances
from orders.tests.test_mail import deliver

CHECKOUT = "/api/v1/cart/checkout"
LOOKUP = "/api/v1/orders/lookup"
BODY = {"payment_method": "invoice", "shipping_address": ADDRESS, "email": GUEST}


@pytest.fixture
def cart(db):
    """A guest's, with two cups of 4.50."""
    cup = on_sale(price=450, stock=5, title="Cup")
    return cart_services.add(shopper=Shopper(), variant=cup, quantity=2, at=timezone.now()).cart


def buy(api, cart, key="k1", user=None, **changes):
    client = api(user, idempotency_key=key, x_cart_token=token_of(cart.pk))
    return client.post(CHECKOUT, BODY | changes)


def nothing_happened(cart):
    assert not Order.objects.exists()
    assert not IdempotencyRecord.objects.filter(status__lt=300).exists()
    assert (Variant.objects.get().stock, cart.items.get().quantity) == (5, 2)


def received(order, dana):
    """The bank has the money, and staff find out what for."""
    transfer = enter_transfer(
        reference=order.number,
        amount=Money(order.total, "GBP"),
        text="",
        received_at=timezone.now(),
        actor_id=dana.pk,
    )
    match_transfer(transfer_id=transfer.pk, order_number=order.number, actor_id=dana.pk)
    order.refresh_from_db()


def test_a_guest_buys_what_is_in_the_cart_and_sees_it_by_the_token(api, cart):
    response = buy(api, cart, email="Guest@Example.com")

    assert response.status_code == 201
    body = response.json()
    assert (body["status"], body["total"]) == ("awaiting_payment", "9.00")
    order = Order.objects.get()
    assert (order.user, order.email, order.payments.get().method) == (None, GUEST, "invoice")
    assert not cart.items.exists()
    shown = api().get(f"{LOOKUP}/{body.pop('lookup_token')}")
    assert shown.json() == body
    deliver()
    assert [message.to for message in mail.outbox] == [[GUEST]]


def test_from_the_basket_to_a_paid_order_that_is_called_off(api, cart, dana):
    order = Order.objects.get(number=buy(api, cart).json()["number"])
    received(order, dana)
    assert (order.status, order.paid) == ("paid", 900)
    assert balances() == {"provider:bank:clearing:GBP": -900, "escrow": 900}

    client = api(idempotency_key="c")
    cancelled = client.post(f"{LOOKUP}/{links.token_of(order.pk)}/cancel", {})

    assert (cancelled.json()["status"], cancelled.json()["refunded"]) == ("cancelled", "9.00")
    assert sum(balances().values()) == 0
    assert "escrow" not in balances()
    assert Variant.objects.get().stock == 5
    deliver()
    assert [message.to for message in mail.outbox] == [[GUEST], [GUEST]]
    assert "£9.00" in mail.outbox[1].body
    assert_books_balance()
    assert_all_checks_pass()


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"email": ""}, 400, "email"),
        ({"email": "nobody"}, 400, "email"),
        ({"email": "x" * 250 + "@example.com"}, 400, "email"),
        ({"payment_method": "wallet"}, 400, "payment_method"),
        ({"payment_method": "direct"}, 400, "payment_method"),
        ({"shipping_address": {**ADDRESS, "zip": ""}}, 400, "shipping_address.zip"),
    ],
)
def test_what_is_wrong_with_a_guests_checkout_is_named(api, cart, changes, status, field):
    response = buy(api, cart, **changes)

    assert response.status_code == status
    assert [error["field"] for error in response.json()["errors"]] == [field]
    nothing_happened(cart)


def test_a_guest_has_to_give_an_address(api, cart):
    client = api(idempotency_key="k", x_cart_token=token_of(cart.pk))

    response = client.post(CHECKOUT, {k: v for k, v in BODY.items() if k != "email"})

    assert (response.status_code, response.json()["code"]) == (400, "email_invalid")
    assert response.json()["errors"][0]["field"] == "email"
    nothing_happened(cart)


def test_who_has_an_account_is_written_to_there(api, cart, bob):
    refused = buy(api, cart, user=bob)

    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == ["email"]
    nothing_happened(cart)

    client = api(bob, idempotency_key="k2", x_cart_token=token_of(cart.pk))
    response = client.post(CHECKOUT, {k: v for k, v in BODY.items() if k != "email"})
    assert (response.status_code, response.json()["lookup_token"]) == (201, None)
    assert (Order.objects.get().user, Order.objects.get().email) == (bob, bob.email)


@pytest.mark.parametrize("token", [None, "x"])
def test_without_a_cart_of_ours_there_is_nothing_to_buy(api, cart, token):
    headers = {"x_cart_token": token} if token else {}

    response = api(idempotency_key="k", **headers).post(CHECKOUT, BODY)

    expected = "cart_token_invalid" if token else "cart_empty"
    assert (response.status_code, response.json()["code"]) == (400, expected)
    nothing_happened(cart)


def test_the_token_of_somebodys_cart_buys_nothing(api, bob, db):
    put_in_cart(bob, on_sale())

    response = buy(api, Cart.objects.get())

    assert (response.status_code, response.json()["code"]) == (400, "cart_empty")
    assert not Order.objects.exists()


def test_the_same_key_and_cart_buy_once_and_another_cart_is_another_matter(api, cart):
    first, again = buy(api, cart), buy(api, cart)
    other = cart_services.add(
        shopper=Shopper(), variant=Variant.objects.get(), quantity=1, at=timezone.now()
    ).cart
    theirs = buy(api, other)

    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotent-Replayed"] == "true"
    assert theirs.json()["number"] != first.json()["number"]
    assert Order.objects.count() == 2
    assert buy(api, cart, email="other@example.com").json()["code"] == "idempotency_key_reused"


def test_a_moved_price_is_a_conflict_for_guests_as_well(api, cart):
    Variant.objects.update(price=500)

    assert buy(api, cart).json()["code"] == "price_changed"
    assert buy(api, cart, key="k2", accept_price_changes=True).json()["total"] == "10.00"


def test_guests_pay_by_card_and_may_try_another_one(api, cart, provider):
    declined = buy(api, cart, payment_method="test", payment_token=doubles.DECLINED).json()
    assert (declined["status"], declined["payment"]["status"]) == ("awaiting_payment", "failed")
    address = f"{LOOKUP}/{declined['lookup_token']}/pay"
    card = {"payment_method": "test", "payment_token": doubles.GOOD}

    paid = api(idempotency_key="p").post(address, card)
    again = api(idempotency_key="p").post(address, card)

    assert (paid.status_code, paid.json()["status"]) == (200, "paid")
    assert (again.content, again["Idempotent-Replayed"]) == (paid.content, "true")
    assert "lookup_token" not in paid.json()
    assert balances()["escrow"] == 900
    refused = api(idempotency_key="q").post(address, card)
    assert (refused.status_code, refused.json()["code"]) == (409, "order_not_payable")
    assert_all_checks_pass()


def test_a_guests_order_is_paid_from_no_wallet(api, db):
    order = buy_as_guest(on_sale(price=450))
    address = f"{LOOKUP}/{links.token_of(order.pk)}/pay"

    response = api(idempotency_key="p").post(address, {"payment_method": "wallet"})

    assert (response.status_code, response.json()["code"]) == (400, "account_needed")
    assert response.json()["errors"][0]["field"] == "payment_method"
    with pytest.raises(errors.AccountNeeded):
        pay_order(order.pk, method="wallet", actor_id=order.buyer_id)
    assert (Order.objects.get().status, Transaction.objects.count()) == ("awaiting_payment", 0)


@pytest.mark.parametrize("email", ["", " ", "nobody", "x" * 250 + "@example.com"])
def test_place_order_itself_wants_a_guests_address(db, email):
    cup = on_sale(stock=5)
    purchase = Purchase(Customer(email=email), Payment.Method.INVOICE, (ADDRESS, ADDRESS))

    with pytest.raises(errors.EmailInvalid) as refusal:
        place_order(purchase=purchase, wanted=[Wanted(cup.pk, 1)], at=timezone.now())

    assert refusal.value.field == "email"
    assert (Order.objects.count(), Event.objects.filter(kind="order.placed").count()) == (0, 0)


def test_strangers_neither_see_nor_pay_a_guests_order(api, bob, dana):
    order = buy_as_guest(on_sale(price=450))
    card = {"payment_method": "invoice"}

    for user, expected in ((None, 401), (bob, 404), (dana, 403)):
        client = api(user, idempotency_key="x")
        assert client.post(f"/api/v1/orders/{order.pk}/pay", card).status_code == expected
    listed = api(bob).get("/api/v1/orders").json()["results"]
    shown = api(dana).get(f"/api/v1/orders/{order.pk}").json()
    assert (listed, shown["number"], "lookup_token" in shown) == ([], order.number, False)


def test_a_guest_whose_address_is_an_accounts_does_not_get_into_it(api, cart, bob):
    number = buy(api, cart, email=bob.email).json()["number"]

    assert Order.objects.get(number=number).user is None
    assert api(bob).get("/api/v1/orders").json()["results"] == []
