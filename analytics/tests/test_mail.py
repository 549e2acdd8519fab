"""Subscribers get the PDF of each new report once, as long as they may read it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from analytics.models import Report
from analytics.queries import Days
from analytics.services import subscribe
from analytics.tests.factories import built, enter, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from core import events
from core.models import Delivery

DAYS = Days(date(2026, 3, 2), date(2026, 3, 2))
MARCH = Days(date(2026, 3, 1), date(2026, 3, 31))
SALE = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)


def deliver(*, later=timedelta(0)):
    at = timezone.now() + later
    for delivery_id in events.due(at=at):
        events.deliver(delivery_id, at=at)


@pytest.fixture
def subscribed(alice, settings):
    settings.SITE_URL = "https://shop.example"
    type(alice.seller).objects.filter(pk=alice.seller.pk).update(name="Cups & <Sons>")
    line = PricedLine(on_sale(price=100, seller=alice.seller), 2, 100)
    enter(sale("old:1", SALE, line))
    subscribe(user=alice, kind=Report.Kind.DAILY, seller_id=alice.seller.pk, at=SALE)
    return alice


def down(*_):
    raise ConnectionRefusedError


def test_a_subscriber_gets_the_pdf_once(subscribed):
    report = built(DAYS, seller_id=subscribed.seller.pk)

    deliver()
    deliver(later=timedelta(days=1))

    [message] = mail.outbox
    assert message.to == [subscribed.email]
    assert message.subject == "Sales of Cups & <Sons>, 2 March 2026"
    assert "sales of Cups & <Sons>, 2 March 2026, is attached" in message.body
    assert "Orders: 1\nNet: 2.00 GBP (0.00 in as many days before)\n" in message.body
    assert "https://shop.example/reports/kept\n" in message.body
    pdf = bytes(report.files.get(name="report.pdf").content)
    assert message.attachments == [("mercat-daily-2026-03-02-report.pdf", pdf, "application/pdf")]
    assert message.extra_headers["Message-ID"].endswith("@shop.example>")


def test_the_whole_shops_report_of_several_days(subscribed, dana):
    subscribe(user=dana, kind=Report.Kind.MONTHLY, seller_id=None, at=SALE)
    built(MARCH, kind=Report.Kind.MONTHLY)

    deliver()

    [message] = mail.outbox
    assert message.to == [dana.email]
    assert message.subject == "Sales of the whole shop, 1 March 2026 to 31 March 2026"


def test_a_mail_that_fails_is_sent_later_under_the_same_id(subscribed, monkeypatch):
    built(DAYS, seller_id=subscribed.seller.pk)
    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", down)
        with pytest.raises(ConnectionRefusedError):
            deliver()
    delivery = Delivery.objects.get(consumer="analytics.mail.send_report")

    deliver(later=events.FIRST_RETRY + timedelta(seconds=5))

    [message] = mail.outbox
    assert message.extra_headers["Message-ID"] == f"<{delivery.event_id.hex}@shop.example>"


@pytest.mark.parametrize("change", [{"is_active": False}, {"seller": None}], ids=["left", "sold"])
def test_who_may_not_read_it_any_more_is_sent_nothing(subscribed, bob, change):
    built(DAYS, seller_id=subscribed.seller.pk)
    if "seller" in change:
        type(subscribed.seller).objects.update(user=bob)
    else:
        type(subscribed).objects.filter(pk=subscribed.pk).update(**change)

    deliver()

    assert mail.outbox == []
    assert Delivery.objects.get(consumer="analytics.mail.send_report").state == Delivery.State.DONE
