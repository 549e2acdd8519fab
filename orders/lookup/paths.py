"""Where the page of an order is."""

from django.urls import reverse

from orders import links
from orders.models import Order


def path_of(order: Order) -> str:
    """For its buyer alone: guests have no account to sign in to, so theirs says that it is them."""
    if order.user_id is None:
        return reverse("guest_order", args=[links.token_of(order.pk)])
    return reverse("order", args=[order.number])
