"""Paying on the pages of the shop, and finance's pages in the back office."""

import re

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from catalog.tests.factories import on_sale
from core import clock
from core.ids import uuid7
from core.money import Money
from orders.models import IncomingTransfer, Order, Payment, Repayment
from orders.payments.provider import State
from orders.services import cancel_order, enter_transfer, match_transfer
from orders.tests import doubles
from orders.tests.factories import ADDRESS, order_by, put_in_cart
from orders.tests.proofs import assert_all_checks_pass

TRANSFERS = "admin:orders_incomingtransfer_changelist"


@pytest.fixture
def ready(client, bob, provider):
    """Bob is signed in, with a cup of 4.50 in his basket."""
    put_in_cart(bob, on_sale(price=450, stock=5))
    client.force_login(bob)


def check_out(client, method="test", token=doubles.GOOD, key="k1"):
    form = {**ADDRESS, "payment_method": method, "payment_token": token, "key": key}
    return client.post("/checkout", form, follow=True)


def pay(client, token=doubles.GOOD, key="p1", method="test"):
    form = {"payment_method": method, "payment_token": token, "key": key}
    return client.post(f"/orders/{Order.objects.get().number}/pay", form, follow=True)


def test_a_card_pays_at_checkout(client, ready):
    page = check_out(client).content.decode()

    assert "s yours" in page
    assert Order.objects.get().status == "paid"
    assert_all_checks_pass()


def test_a_declined_card_is_said_on_the_orders_page_where_another_pays(client, ready):
    declined = check_out(client, token=doubles.DECLINED).content.decode()

    assert "s kept for you" in declined
    assert "Your card was declined." in declined
    assert Order.objects.get().status == "awaiting_payment"

    paid = pay(client).content.decode()

    assert "Each seller" not in paid
    assert Order.objects.get().status == "paid"
    assert "Pay £4.50" not in paid


def test_a_bank_that_asks_is_gone_on_with(client, ready, provider):
    page = check_out(client, token=doubles.CHALLENGED).content.decode()
    assert "Go on" in page
    assert 'data-client-secret="sesame"' in pay(client, token="").content.decode()
    provider.become(Payment.objects.get().pk.hex, State.AUTHORISED)

    pay(client, token="", key="p2")

    assert Order.objects.get().status == "paid"


def test_a_provider_that_does_not_answer_leaves_an_order_and_no_second_one(client, ready, provider):
    provider.before["authorise"] = doubles.unavailable(times=9)

    page = check_out(client).content.decode()
    again = check_out(client).content.decode()

    assert "under way" in page
    assert "had placed this order already" in again
    assert Order.objects.count() == 1


def test_a_form_sent_twice_pays_once(client, ready, provider):
    check_out(client, token=doubles.DECLINED)

    pay(client)
    pay(client)

    assert provider.calls.count("capture") == 1
    assert Payment.objects.count() == 2


def test_an_invoice_says_where_to_pay(client, ready):
    page = check_out(client, method="invoice", token="").content.decode()

    assert "IBAN" in page
    assert f"Write <strong>{Order.objects.get().number}</strong>" in page


def test_a_card_is_asked_for(client, ready):
    page = check_out(client, token="").content.decode()

    assert "Say which card." in page
    assert not Order.objects.exists()


def test_what_is_not_offered_is_not_shown_and_not_taken(client, ready, settings):
    settings.PAYMENT_METHODS = ["wallet"]

    shown = client.get("/checkout").content.decode()
    assert re.findall(r'name="payment_method" value="(\w+)"', shown) == ["wallet"]
    check_out(client, method="invoice", token="")

    assert not Order.objects.exists()


def test_others_do_not_pay_ones_order(client, ready, charlie):
    check_out(client, token=doubles.DECLINED)
    client.force_login(charlie)

    assert pay(client).status_code == 404
    client.logout()
    assert "/sign-in" in pay(client).redirect_chain[0][0]


@pytest.fixture
def finance(client, dana):
    dana.groups.set(Group.objects.filter(name="finance"))
    client.force_login(dana)
    return dana


def enter(client, **changes):
    form = {
        "reference": "TX 1",
        "sum": "9.00",
        "currency": "GBP",
        "text": "",
        "received_at_0": "2026-03-01",
        "received_at_1": "12:00:00",
    }
    return client.post(
        reverse("admin:orders_incomingtransfer_add"), form | changes, follow=True
    ).content.decode()


def match(client, transfer, number):
    chosen = {"action": "match", "_selected_action": [transfer.pk], "number": number}
    return client.post(reverse(TRANSFERS), chosen, follow=True).content.decode()


def test_finance_enters_a_transfer_and_matches_it(client, bob, finance):
    order = order_by("invoice", bob, on_sale(price=900, stock=5))
    enter(client)
    transfer = IncomingTransfer.objects.get()
    assert (transfer.amount, transfer.entered_by) == (900, finance.pk)

    asked = client.post(
        reverse(TRANSFERS), {"action": "match", "_selected_action": [transfer.pk]}
    ).content.decode()
    assert "Order number" in asked
    done = match(client, transfer, order.number)

    assert "captured" in done
    order.refresh_from_db()
    assert order.status == "paid"
    assert_all_checks_pass()


def test_what_is_entered_wrongly_is_said(client, bob, finance):
    order = order_by("invoice", bob, on_sale(price=901, stock=5))
    enter(client)

    assert "has been entered" in enter(client, reference="tx  1")
    assert "plain decimal" in enter(client, reference="TX 2", sum="nine")
    assert "not a currency" in enter(client, reference="TX 2", currency="XQQ")
    assert "more than zero" in enter(client, reference="TX 2", sum="-1")
    refused = match(client, IncomingTransfer.objects.get(), order.number)
    assert "waits for £9.01" in refused
    assert "no order with this number" in match(client, IncomingTransfer.objects.get(), "M-NO")
    order.refresh_from_db()
    assert order.status == "awaiting_payment"


def test_who_looks_after_orders_does_not_bring_them_money(client, bob, dana):
    order = order_by("invoice", bob, on_sale(price=900, stock=5))
    transfer = enter_transfer(
        reference="TX 9",
        amount=Money(900, "GBP"),
        text="",
        received_at=timezone.now(),
        actor_id=uuid7(),
    )
    dana.groups.set(Group.objects.filter(name="orders"))
    client.force_login(dana)

    assert client.get(reverse("admin:orders_incomingtransfer_add")).status_code == 403
    match(client, transfer, order.number)

    order.refresh_from_db()
    assert order.status == "awaiting_payment"


def test_finance_confirms_what_went_back_by_bank(client, bob, finance):
    order = order_by("invoice", bob, on_sale(price=900, stock=5))
    enter(client)
    match_transfer(
        transfer_id=IncomingTransfer.objects.get().pk,
        order_number=order.number,
        actor_id=finance.pk,
    )
    cancel_order(order.pk, actor_id=finance.pk, reason="Lost", at=clock.db_now())
    repayment = Repayment.objects.get()

    chosen = {"action": "confirm", "_selected_action": [repayment.pk], "reference": "OUT 1"}
    client.post(reverse("admin:orders_repayment_changelist"), chosen)

    repayment.refresh_from_db()
    assert (repayment.status, repayment.reference) == ("done", "OUT 1")
    assert repayment.actor_id == finance.pk
    assert_all_checks_pass()
