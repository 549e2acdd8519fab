"""Mail follows an order, and never leads it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from core import events
from core.models import Delivery
from ledger.testing import assert_books_balance
from orders import links
from orders.models import Order
from orders.services import PastRefund, PastSale, cancel_order, record_past
from orders.tests.factories import ADDRESS, GUEST, buy, buy_as_guest, give, refund


def deliver(*, at=None):
    """Everything that is due."""
    at = at or timezone.now()
    for delivery_id in events.due(at=at):
        events.deliver(delivery_id, at=at)


@pytest.fixture
def order(bob):
    give(bob, "100.00")
    return buy(bob, on_sale(price=450, title="Cup & Saucer <b>"), quantity=2)


def down(*_):
    raise ConnectionRefusedError


def parts(message):
    """Text and HTML."""
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    return message.body, html


def test_an_order_is_confirmed_in_text_and_html(bob, order, settings):
    settings.SITE_URL = "https://shop.example"

    deliver()

    [message] = mail.outbox
    assert (message.to, message.subject) == ([bob.email], f"Your order {order.number}")
    text, html = parts(message)
    assert "2 x Cup & Saucer <b>: £9.00" in text
    assert "Cup &amp; Saucer &lt;b&gt;" in html
    for part in (text, html):
        assert f"https://shop.example/orders/{order.number}" in part
    assert message.extra_headers["Message-ID"].endswith("@shop.example>")
    deliver()
    assert len(mail.outbox) == 1


def test_a_cancellation_is_told_with_what_came_back(bob, order):
    deliver()
    cancel_order(order.pk, actor_id=bob.pk, reason="Too many cups", at=timezone.now())

    deliver()

    text, html = parts(mail.outbox[1])
    for part in (text, html):
        assert "£9.00" in part
        assert "Too many cups" in part


def test_a_refund_is_told_with_what_is_given_back_by_now(bob, order):
    deliver()
    refund(order, quantity=1, reason="A chip & a scratch")

    deliver()

    [_, message] = mail.outbox
    assert (message.to, message.subject) == ([bob.email], f"A refund of your order {order.number}")
    text, html = parts(message)
    assert "A chip & a scratch" in text
    assert "A chip &amp; a scratch" in html
    for part in (text, html):
        assert "So far £4.50 of £9.00 has been given back." in part
        assert f"/orders/{order.number}" in part
        assert "/orders/find" not in part


def test_a_cancellation_is_one_mail_though_it_is_a_refund_as_well(bob, order):
    deliver()
    cancel_order(order.pk, actor_id=bob.pk, reason="x", at=timezone.now())

    deliver()

    assert [message.subject for message in mail.outbox[1:]] == [
        f"Your order {order.number} is cancelled"
    ]


def test_guests_are_written_to_with_a_link_that_opens_their_order(db, settings):
    settings.SITE_URL = "https://shop.example"
    order = buy_as_guest(on_sale(price=450))
    deliver()
    cancel_order(order.pk, actor_id=order.buyer_id, reason="x", at=timezone.now())
    deliver()

    assert [message.to for message in mail.outbox] == [[GUEST], [GUEST]]
    for message in mail.outbox:
        for part in parts(message):
            rest = part.partition("https://shop.example/orders/guest/")[2]
            assert links.order_of(rest.partition('"')[0].split()[0]) == order.pk
            assert "https://shop.example/orders/find" in part
            assert "good for 7 days" in part


def test_a_mail_that_fails_fails_no_order_and_is_sent_later(bob, monkeypatch):
    give(bob, "100.00")
    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", down)
        order = buy(bob, on_sale(price=450))
        confirmation = Delivery.objects.get(consumer="orders.mail.confirm")
        with pytest.raises(ConnectionRefusedError):
            events.deliver(confirmation.pk, at=timezone.now())

    confirmation.refresh_from_db()
    assert (order.status, confirmation.state, confirmation.attempts) == ("paid", "pending", 1)
    assert_books_balance()

    deliver(at=timezone.now() + timedelta(minutes=1))
    assert [message.to for message in mail.outbox] == [[bob.email]]


@pytest.mark.parametrize(
    "consumer", ["confirm", "tell_of_refund", "tell_of_cancellation", "send_link"]
)
def test_whatever_mail_fails_it_is_sent_later(api, bob, order, monkeypatch, consumer):
    other = buy(bob, on_sale(price=450))
    api().post("/api/v1/orders/lookup", {"number": order.number, "email": bob.email})
    refund(order, quantity=1, reason="A chip")
    cancel_order(other.pk, actor_id=bob.pk, reason="x", at=timezone.now())
    waiting = Delivery.objects.filter(consumer=f"orders.mail.{consumer}").first()

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", down)
        with pytest.raises(ConnectionRefusedError):
            events.deliver(waiting.pk, at=timezone.now())
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == ("pending", 1)

    events.deliver(waiting.pk, at=timezone.now() + timedelta(minutes=1))
    assert [message.to for message in mail.outbox] == [[bob.email]]
    assert_books_balance()


def test_orders_from_elsewhere_were_confirmed_there(bob):
    sold = (PricedLine(on_sale(price=450), 1, 450),)
    sale = PastSale("536365", bob, sold, "GBP", ADDRESS, timezone.now())
    back = PastRefund("C536366", "536365", {1: 1}, "x", timezone.now())
    record_past(sales=[sale], returns=[back])

    deliver()

    assert Order.objects.get().status == "completed"
    assert mail.outbox == []
