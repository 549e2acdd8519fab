"""Guests' orders by API: a link is mailed to who knows number and address, and opens that order alone."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Variant
from catalog.tests.factories import on_sale
from core.models import Event
from orders import links
from orders.models import SellerOrder
from orders.tests.factories import GUEST, buy, buy_as_guest, give
from orders.tests.test_mail import deliver

URL = "/api/v1/orders/lookup"
NOW = timezone.now().replace(microsecond=0)


@pytest.fixture
def order(db):
    """A guest's, of two cups for 9.00."""
    return buy_as_guest(on_sale(price=450, stock=5, title="Cup"), quantity=2)


def link(order):
    return f"{URL}/{links.token_of(order.pk)}"


def state(order):
    order.refresh_from_db()
    return order.status, Variant.objects.get().stock


def test_who_knows_number_and_address_is_mailed_a_link_that_shows_the_order(api, order):
    deliver()

    asked = api().post(URL, {"number": order.number, "email": GUEST})
    deliver()

    assert (asked.status_code, asked.content) == (202, b"")
    message = mail.outbox[1]
    assert (message.to, message.subject) == ([GUEST], f"The link to your order {order.number}")
    token = message.body.partition("/orders/guest/")[2].split()[0]
    shown = api().get(f"{URL}/{token}")
    assert (shown.status_code, shown.json()["number"]) == (200, order.number)
    assert [item["product_name"] for item in shown.json()["items"]] == ["Cup"]
    assert "no-store" in shown["Cache-Control"]


def test_a_number_may_be_written_down_carelessly(api, order):
    deliver()

    api().post(URL, {"number": f" {order.number.lower()} ", "email": GUEST.upper()})
    deliver()

    assert len(mail.outbox) == 2
    assert links.normalised_number(" m-o1Il-abcd") == "M-0111-ABCD"


def queries(client, body):
    with CaptureQueriesContext(connection) as captured:
        response = client.post(URL, body)
    rates = {name for name in response.headers if name.startswith("RateLimit")}
    return len(captured), response.status_code, response.content, rates


@pytest.mark.parametrize(
    "wrong",
    [{"number": "M-0000-0000"}, {"email": "other@example.com"}, {"email": "bob@example.com"}],
    ids=["number", "address", "somebody's address"],
)
def test_the_answer_does_not_say_whether_there_is_such_an_order(api, order, bob, wrong):
    right = {"number": order.number, "email": GUEST}
    deliver()
    queries(api(), right)

    assert queries(api(), right) == queries(api(), right | wrong)

    mail.outbox.clear()
    deliver()
    assert [message.to for message in mail.outbox] == [[GUEST], [GUEST]]


def test_what_was_asked_for_does_not_stay_readable(api, order):
    api().post(URL, {"number": order.number, "email": "stranger@example.com"})

    event = Event.objects.get(kind="order.link_requested")
    assert "stranger" not in str(event.payload)
    assert event.subject_id != order.pk


def test_whoever_has_an_account_is_led_to_the_sign_in(api, bob):
    give(bob, "10.00")
    order = buy(bob, on_sale(price=450))
    deliver()
    mail.outbox.clear()

    api().post(URL, {"number": order.number, "email": bob.email})
    deliver()

    [message] = mail.outbox
    assert message.to == [bob.email]
    assert f"/orders/{order.number}\n" in message.body
    assert "/orders/guest/" not in message.body
    assert api().get(link(order)).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": GUEST}, "number"),
        ({"number": "M-0000-0000"}, "email"),
        ({"number": "M-0000-0000", "email": "x"}, "email"),
        ({"number": "M" * 21, "email": GUEST}, "number"),
        ({"number": "M-0000-0000", "email": GUEST, "user": "x"}, "user"),
    ],
)
def test_what_is_wrong_with_a_request_is_named(api, db, body, field):
    response = api().post(URL, body)

    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert not Event.objects.exists()


def test_requests_are_limited_by_address_and_mails_by_order(api, order, settings):
    limits = {"order_lookup": "3/minute", "order_link": "1/hour"}
    settings.RATE_LIMITS = settings.RATE_LIMITS | limits
    right = {"number": order.number, "email": GUEST}
    other = {"number": "M-0000-0000", "email": GUEST}

    asked = [api().post(URL, body).status_code for body in (right, other, right, other)]
    far = [api().post(URL, body, REMOTE_ADDR="10.0.0.9").status_code for body in (right, other)]

    assert (asked, far) == ([202, 202, 429, 429], [429, 429])
    assert Event.objects.filter(kind="order.link_requested").count() == 2


def tampered(token):
    order, _, signed = token.partition(":")
    other = ("0" if order[-1] != "0" else "1") + ":"
    return {
        "cut": token[:-1],
        "another order": order[:-1] + other + signed,
        "unsigned": order,
        "nothing": "x",
        "a cart's": links.TimestampSigner(salt="cart").sign(order),
    }


@pytest.mark.parametrize("how", ["cut", "another order", "unsigned", "nothing", "a cart's"])
def test_a_token_that_is_not_ours_opens_nothing(api, order, how):
    address = f"{URL}/{tampered(links.token_of(order.pk))[how]}"

    shown = api().get(address)
    cancelled = api(idempotency_key="k").post(f"{address}/cancel", {})

    for response in (shown, cancelled):
        assert (response.status_code, response.json()["code"]) == (404, "order_link_invalid")
    assert state(order) == ("awaiting_payment", 3)


def test_a_link_is_good_for_seven_days(api, order):
    with time_machine.travel(NOW, tick=False) as travel:
        address = link(order)

        travel.shift(timedelta(days=7))
        assert api().get(address).status_code == 200

        travel.shift(timedelta(seconds=1))
        assert api().get(address).status_code == 404
        assert api(idempotency_key="k").post(f"{address}/cancel", {}).status_code == 404
    assert state(order) == ("awaiting_payment", 3)


def test_a_link_opens_one_order_and_no_door_for_strangers(api, order, bob, dana):
    other = buy_as_guest(on_sale(), email="other@example.com")

    assert api().get(link(other)).json()["number"] == other.number
    for user, status in ((None, 401), (bob, 404), (dana, 200)):
        for address in (f"/api/v1/orders/{order.pk}", f"/api/v1/orders/{order.pk}/events"):
            assert api(user).get(address).status_code == status
    cancel = f"/api/v1/orders/{order.pk}/cancel"
    assert api(bob, idempotency_key="b").post(cancel, {}).status_code == 404
    assert api(None, idempotency_key="n").post(cancel, {}).status_code == 401


def test_a_guest_cancels_by_the_link_once(api, order):
    client, address = api(idempotency_key="once"), f"{link(order)}/cancel"

    first, again = (client.post(address, {"reason": "Too many cups"}) for _ in range(2))
    other = api(idempotency_key="twice").post(address, {})

    assert (first.status_code, first.json()["status"]) == (200, "cancelled")
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
    assert (other.status_code, other.json()["code"]) == (409, "order_not_cancellable")
    assert state(order) == ("cancelled", 5)
    without_key = api().post(address, {})
    assert without_key.json()["code"] == "idempotency_key_missing"


def test_one_guests_key_is_not_anothers(api, order):
    other = buy_as_guest(on_sale(), email="other@example.com")
    client = api(idempotency_key="same")

    numbers = [client.post(f"{link(each)}/cancel", {}).json()["number"] for each in (order, other)]

    assert numbers == [order.number, other.number]


def test_what_is_on_its_way_is_not_cancelled_by_a_link(api, order):
    SellerOrder.objects.update(status="shipped")

    response = api(idempotency_key="k").post(f"{link(order)}/cancel", {})

    assert response.status_code == 409
    assert state(order) == ("awaiting_payment", 3)


def test_the_timeline_names_guest_and_staff_apart(api, dana, order):
    api(idempotency_key="k").post(f"{link(order)}/cancel", {"reason": "Changed my mind"})

    moments = api(dana).get(f"/api/v1/orders/{order.pk}/events").json()

    assert [(m["kind"], m["actor"], m["reason"]) for m in moments] == [
        ("order.placed", "guest", ""),
        ("order.cancelled", "guest", "Changed my mind"),
    ]
