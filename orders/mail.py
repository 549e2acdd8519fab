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
from orders.models import Order


@unhurried
def confirm(event: Event) -> None:
    """Say what was ordered, and where it goes."""
    _send(event, "placed", "Your order {number}")


@unhurried
def tell_of_cancellation(event: Event) -> None:
    """Say that nothing will come, and what was given back."""
    _send(event, "cancelled", "Your order {number} is cancelled")


def _send(event: Event, template: str, subject: str) -> None:
    """:raises OSError: the mail server does not take it."""
    order = Order.objects.with_parts().select_related("user").get(pk=event.subject_id)
    if order.user is None:
        return
    url = settings.SITE_URL + reverse("order", args=[order.number])
    context: dict[str, Any] = {"order": order, "url": url, "reason": event.payload.get("reason")}
    mail = EmailMultiAlternatives(
        subject=subject.format(number=order.number),
        body=render_to_string(f"orders/mail/{template}.txt", context),
        to=[order.user.email],
        headers={"Message-ID": f"<{event.pk.hex}@{urlsplit(settings.SITE_URL).hostname}>"},
    )
    mail.attach_alternative(render_to_string(f"orders/mail/{template}.html", context), "text/html")
    mail.send()
