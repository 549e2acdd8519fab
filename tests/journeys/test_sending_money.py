"""Sending money and keeping standing orders on the wallet page."""

from datetime import time, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, localtime

from ledger.models import ScheduledTransfer, SpendingLimit
from ledger.services import run_due_transfers
from ledger.testing import assert_books_balance
from orders.tests.factories import give


@pytest.fixture
def signed_in(client, bob):
    client.force_login(bob)
    return client


def queries(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200, path
    return len(captured)


def wallet_form(client, name, **values):
    """What the page's form would send, with ``values`` filled in."""
    page = client.get("/wallet")
    form = page.context[{"send": "send_form", "order": "order_form"}[name]]
    filled = {field.html_name: field.value() or "" for field in form}
    return filled | {f"{name}-{field}": value for field, value in values.items()}


def send_money(client, **values):
    to = {"to_email": "alice@example.com", "amount": "3.00", "memo": "Lunch"}
    return client.post("/wallet/send", wallet_form(client, "send", **to | values), follow=True)


def order_money(client, **values):
    to = {"to_email": "alice@example.com", "amount": "3.00", "memo": "Rent"}
    filled = wallet_form(client, "order", **to | values)
    return client.post("/wallet/standing-orders", filled, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_money_is_sent_from_the_wallet_page_once_per_form(signed_in, bob, alice):
    give(bob, "10.00")
    filled = wallet_form(signed_in, "send", to_email=alice.email, amount="3.00", memo="Lunch")

    first = signed_in.post("/wallet/send", filled, follow=True)
    again = signed_in.post("/wallet/send", filled, follow=True)

    done = "You sent £3.00 to alice@example.com."
    assert said(first) == [done]
    assert said(again) == [f"You had done this already. {done}"]
    assert str(again.context["balance"].available) == "7.00"
    assert "Lunch" in again.content.decode()
    assert_books_balance()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"to_email": "nobody@example.com"}, "to_email"),
        ({"to_email": "bob@example.com"}, "to_email"),
        ({"to_email": "nobody"}, "to_email"),
        ({"to_email": ""}, "to_email"),
        ({"amount": "1.001"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"memo": "x" * 201}, "memo"),
        ({"amount": "10.01"}, "__all__"),
    ],
)
def test_what_is_wrong_with_sending_is_beside_its_field(signed_in, bob, alice, values, field):
    give(bob, "10.00")

    response = send_money(signed_in, **values)

    assert response.status_code == 200
    assert list(response.context["send_form"].errors) == [field]
    assert not response.context["order_form"].errors
    assert str(response.context["balance"].available) == "10.00"


def test_a_refused_sending_offers_a_new_attempt_and_a_limit_says_how_much(signed_in, bob, alice):
    give(bob, "10.00")
    SpendingLimit.objects.create(currency="GBP", daily_total=200)

    form = send_money(signed_in).context["send_form"]

    assert form.non_field_errors() == ["You may send £2.00 a day, and have sent £0.00."]
    filled = {field.html_name: field.value() for field in form} | {"send-amount": "2.00"}
    assert said(signed_in.post("/wallet/send", filled, follow=True))[0].startswith("You sent")


def test_a_standing_order_is_set_up_shown_run_and_cancelled(signed_in, bob, alice):
    give(bob, "3.00")

    response = order_money(signed_in, every="day")

    assert said(response) == ["£3.00 will go to alice@example.com."]
    order = ScheduledTransfer.objects.get()
    assert (order.every, order.memo, order.until) == ("day", "Rent", None)
    run_due_transfers()
    ScheduledTransfer.objects.update(next_at=order.starts_at)
    run_due_transfers()
    page = signed_in.get("/wallet").content.decode()
    assert "The last time it was refused: insufficient funds." in page
    url = f"/wallet/standing-orders/{order.pk}/cancel"
    assert said(signed_in.post(url, follow=True)) == ["The standing order is cancelled."]
    assert signed_in.get("/wallet").context["orders"] == []
    assert_books_balance()


def test_the_days_of_a_standing_order_are_whole_days_of_the_shop(signed_in, bob, alice):
    first = localdate() + timedelta(days=40)

    order_money(signed_in, starts_on=first, ends_on=first, every="once")

    order = ScheduledTransfer.objects.get()
    starts, ends = localtime(order.starts_at), localtime(order.until)
    assert (starts.date(), starts.time()) == (first, time.min)
    assert (ends.date(), ends.time()) == (first, time.max)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts_on": localdate() - timedelta(days=1)}, "starts_on"),
        ({"starts_on": "9999-12-31"}, "starts_on"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"ends_on": localdate() - timedelta(days=1)}, "ends_on"),
        ({"every": "year"}, "every"),
        ({"to_email": "nobody@example.com"}, "to_email"),
        ({"to_email": "bob@example.com"}, "to_email"),
    ],
)
def test_what_is_wrong_with_a_standing_order_is_beside_its_field(
    signed_in, bob, alice, values, field
):
    response = order_money(signed_in, **values)

    assert list(response.context["order_form"].errors) == [field]
    assert not ScheduledTransfer.objects.exists()


def test_another_ones_standing_order_is_not_there(signed_in, bob, alice, charlie):
    order_money(signed_in)
    order = ScheduledTransfer.objects.get()
    signed_in.force_login(charlie)

    assert signed_in.get("/wallet").context["orders"] == []
    response = signed_in.post(f"/wallet/standing-orders/{order.pk}/cancel", follow=True)
    assert said(response) == ["There is no such standing order."]
    order.refresh_from_db()
    assert order.status == "active"


@pytest.mark.parametrize(
    "path",
    ["/wallet/send", "/wallet/standing-orders", f"/wallet/standing-orders/{UUID(int=7)}/cancel"],
)
def test_what_the_wallet_does_is_for_those_who_are_signed_in_and_post(client, bob, path):
    assert client.post(path)["Location"] == f"/sign-in?next={path}"
    client.force_login(bob)
    assert client.get(path)["Location"] == "/wallet"


def test_the_wallet_asks_no_more_for_more_standing_orders(signed_in, bob, alice):
    order_money(signed_in)
    run_due_transfers()
    few = queries(signed_in, "/wallet")

    for _ in range(3):
        order_money(signed_in)
    run_due_transfers()

    assert queries(signed_in, "/wallet") == few
