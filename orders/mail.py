"""Mail to buyers about their orders, in text and HTML.

Events bring it on the way, after the order has been committed and outside of any transaction: an
order neither waits for a mail nor fails with one. It is tried again until it is sent, and in the
rare case that a worker dies just then, sent twice with the same Message-ID.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from core.events import unhurried
from core.models import Event
from orders import links
from orders.lookup.paths import path_of
from orders.models import Order


@unhurried
def confirm(event: Event) -> None:
    """Say what was ordered, and where it goes."""
    _send(event, _order(event), "placed", "Your order {number}")


@unhurried
def tell_of_cancellation(event: Event) -> None:
    """Say that nothing will come, and what was given back."""
    _send(event, _order(event), "cancelled", "Your order {number} is cancelled")


@unhurried
def tell_of_refund(event: Event) -> None:
    """Say what was given back, and why, unless the mail of a cancellation says it.

    Refunds of orders from elsewhere were told of there, and where the platform alone had paid there
    is nothing to tell.
    """
    order = _order(event)
    if (
        event.payload["amount"]
        and order.status != Order.Status.CANCELLED
        and order.reference is None
    ):
        _send(event, order, "refunded", "A refund of your order {number}")


@unhurried
def send_link(event: Event) -> None:
    """Lead who asked for an order to it, if they named the address that its mails go to."""
    orders = Order.objects.with_parts().select_related("user")
    order = orders.filter(number=event.payload["number"]).first()
    if order and links.is_of(event.payload["asked"], order.number, _address(order)):
        _send(event, order, "link", "The link to your order {number}")


def _order(event: Event) -> Order:
    return Order.objects.with_parts().select_related("user").get(pk=event.subject_id)


def _send(event: Event, order: Order, template: str, subject: str) -> None:
    """:raises OSError: the mail server does not take it."""
    address = _address(order)
    if not address:
        return
    context = {"order": order, "url": settings.SITE_URL + path_of(order), **_news(order, event)}
    mail = EmailMultiAlternatives(
        subject=subject.format(number=order.number),
        body=render_to_string(f"orders/mail/{template}.txt", context),
        to=[address],
        headers={"Message-ID": f"<{event.pk.hex}@{urlsplit(settings.SITE_URL).hostname}>"},
    )
    mail.attach_alternative(render_to_string(f"orders/mail/{template}.html", context), "text/html")
    mail.send()


def _address(order: Order) -> str:
    """Where its mails go: "" for a guest's order from elsewhere, which came without."""
    return order.email or (order.user.email if order.user else "")


def _news(order: Order, event: Event) -> dict[str, Any]:
    amount = event.payload.get("amount")
    return {
        "reason": event.payload.get("reason"),
        "amount": None if amount is None else order.money(amount),
        "link_days": links.KEPT.days,
        "find_url": settings.SITE_URL + reverse("find_order"),
    }
