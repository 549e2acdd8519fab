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
from orders.models import Order
from orders.services import PastSale, cancel_order, record_past_sales
from orders.tests.factories import ADDRESS, buy, give


def deliver(*, at=None):
    """Everything that is due."""
    at = at or timezone.now()
    for delivery_id in events.due(at=at):
        events.deliver(delivery_id, at=at)


@pytest.fixture
def order(bob):
    give(bob, "100.00")
    return buy(bob, on_sale(price=450, title="Cup & Saucer <b>"), quantity=2)


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


def test_a_mail_that_fails_fails_no_order_and_is_sent_later(bob, monkeypatch):
    def down(*_):
        raise ConnectionRefusedError

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


def test_orders_from_elsewhere_were_confirmed_there(bob):
    sold = (PricedLine(on_sale(price=450), 1, 450),)
    record_past_sales([PastSale("536365", bob, sold, "GBP", ADDRESS, timezone.now())])

    deliver()

    assert Order.objects.get().status == "completed"
    assert mail.outbox == []
