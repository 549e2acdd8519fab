"""A guest comes back to an order, with and without JavaScript."""

import pytest
from django.core import mail

from catalog.models import Variant
from catalog.tests.factories import on_sale
from orders.models import Order
from orders.tests.factories import GUEST, buy_as_guest
from orders.tests.test_mail import deliver

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["plain", "no JS"])
def test_find_an_order_and_call_it_off(browse, options):
    on_sale(title="Cup", price=450, stock=5)
    order = buy_as_guest(Variant.objects.get(), quantity=2)
    shopper = browse(**options)
    page = shopper.page

    page.goto("/")
    page.get_by_role("link", name="Find an order").click()
    page.get_by_label("Order number").fill(order.number.lower())
    page.get_by_label("E-mail").fill(GUEST)
    page.get_by_role("button", name="Mail me the link").click()
    shopper.reads("Look into your mail")
    deliver()
    page.goto("/orders/guest/" + mail.outbox[-1].body.partition("/orders/guest/")[2].split()[0])
    shopper.reads("£9.00")
    page.get_by_role("link", name="Cancel this order").click()
    page.get_by_role("button", name="Cancel the order").click()

    shopper.reads(f"Order {order.number} is cancelled.")
    assert Order.objects.get().status == "cancelled"
    assert Variant.objects.get().stock == 5
