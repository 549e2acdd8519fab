"""Guests' orders on pages: asking for the link, and what it opens."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from catalog.models import Variant
from catalog.tests.factories import on_sale
from core.models import Event
from orders import links
from orders.models import Order, SellerOrder
from orders.tests.factories import GUEST, buy, buy_as_guest, give
from orders.tests.test_mail import deliver

NOW = timezone.now().replace(microsecond=0)


@pytest.fixture
def order(db):
    return buy_as_guest(on_sale(price=450, stock=5, title="Cup"), quantity=2)


def page_of(order):
    return f"/orders/guest/{links.token_of(order.pk)}"


def status(order):
    order.refresh_from_db()
    return order.status


def test_the_page_mails_a_link_and_says_the_same_of_any_order(client, order):
    deliver()
    unknown = {"number": "M-0000-0000", "email": GUEST}

    answers = [
        client.post("/orders/find", body, follow=True)
        for body in ({"number": order.number, "email": GUEST}, unknown)
    ]

    said, of_none = (answer.content.decode() for answer in answers)
    assert "Look into your mail" in said
    assert said == of_none
    deliver()
    assert [message.subject for message in mail.outbox[1:]] == [
        f"The link to your order {order.number}"
    ]


@pytest.mark.parametrize(
    ("changes", "field"), [({"number": ""}, "number"), ({"email": "x"}, "email")]
)
def test_what_is_wrong_is_beside_its_field(client, db, changes, field):
    body = {"number": "M-0000-0000", "email": GUEST}

    response = client.post("/orders/find", body | changes)

    assert list(response.context["form"].errors) == [field]
    assert not Event.objects.exists()


def test_asking_is_limited_as_in_the_api(api, client, order, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"order_link": "1/hour"}
    body = {"number": order.number, "email": GUEST}
    api().post("/api/v1/orders/lookup", body)

    response = client.post("/orders/find", body)

    assert response.status_code == 429
    assert "Too many requests" in response.content.decode()


def test_the_link_shows_the_order_and_is_kept_to_the_visitor(client, order):
    address = page_of(order)
    response = client.get(address)

    page = response.content.decode()
    assert (response.status_code, "Cup" in page, "£9.00" in page) == (200, True, True)
    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]
    assert 'href="/orders"' not in page
    assert f'href="{address}/cancel"' in page


def test_a_guest_cancels_by_the_link(client, order):
    asked = client.get(f"{page_of(order)}/cancel")
    assert "Nothing was paid" in asked.content.decode()
    assert (asked["Referrer-Policy"], status(order)) == ("strict-origin", "awaiting_payment")

    done = client.post(f"{page_of(order)}/cancel", {"reason": "Too many"}, follow=True)

    page = done.content.decode()
    assert f"Order {order.number} is cancelled." in page
    assert "Too many" in page
    assert "Cancel this order" not in page
    assert (status(order), Variant.objects.get().stock) == ("cancelled", 5)
    again = client.post(f"{page_of(order)}/cancel", {}, follow=True).content.decode()
    assert "until a part of it is on its way" in again


def test_what_is_on_its_way_cannot_be_cancelled(client, order):
    SellerOrder.objects.update(status="shipped")

    assert "Cancel this order" not in client.get(page_of(order)).content.decode()
    client.post(f"{page_of(order)}/cancel", {})

    assert status(order) == "awaiting_payment"


def test_cancelling_is_protected_against_other_sites(order):
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(f"{page_of(order)}/cancel", {}).status_code == 403
    assert strict.post("/orders/find", {}).status_code == 403
    assert status(order) == "awaiting_payment"


@pytest.mark.parametrize("suffix", ["", "/cancel"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_not_good_leads_to_a_new_one(client, order, method, suffix):
    with time_machine.travel(NOW, tick=False) as travel:
        late = page_of(order)
        travel.shift(timedelta(days=7, seconds=1))
        refused = [getattr(client, method)(url + suffix) for url in (late, page_of(order)[:-1])]

    expected = 405 if (method, suffix) == ("post", "") else 404
    for response in refused:
        assert response.status_code == expected
        if expected == 404:
            page = response.content.decode()
            assert "This link is not one of ours" in page
            assert "Cup" not in page
            assert "Mail me the link" in page
    assert status(order) == "awaiting_payment"


def test_a_link_opens_no_order_of_an_account(client, bob):
    give(bob, "10.00")

    assert client.get(page_of(buy(bob, on_sale()))).status_code == 404


@pytest.mark.parametrize(("who", "expected"), [("bob", 404), ("dana", 200)])
def test_without_the_link_only_staff_see_a_guests_order(client, order, who, expected, request):
    client.force_login(request.getfixturevalue(who))

    assert client.get(f"/orders/{order.number}").status_code == expected
    assert client.post(f"/orders/{order.number}/cancel", {}).status_code == 404
    assert Order.objects.get().status == "awaiting_payment"


def test_the_link_works_for_whoever_is_signed_in_as_well(client, order, bob):
    client.force_login(bob)

    assert client.get(page_of(order)).status_code == 200
    assert f'href="/orders/{order.number}' not in client.get(page_of(order)).content.decode()


def test_an_orders_page_asks_the_same_number_of_queries_for_one_line_and_for_more(
    client, order, django_assert_num_queries
):
    client.get(page_of(order))
    with django_assert_num_queries(13):
        client.get(page_of(order))
