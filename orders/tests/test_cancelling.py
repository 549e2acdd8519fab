"""An order that is called off leaves everything as it was before, but for its history."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import SellerFactory
from catalog.models import Product, StockMovement, Variant
from catalog.tests.factories import on_sale
from core.ids import uuid7
from ledger.models import Account, Transaction
from ledger.testing import assert_books_balance
from orders import errors
from orders.models import Order, Refund, SellerOrder
from orders.services import cancel_order
from orders.tests.factories import buy, give

URL = "/api/v1/orders"


def cancel(order, actor, reason="Changed my mind"):
    return cancel_order(order.pk, actor_id=actor.pk, reason=reason, at=timezone.now())


def balances():
    """Of all accounts that hold anything, but where it came from."""
    held = Account.objects.exclude(balance=0).exclude(code__startswith="platform:funding")
    return dict(held.values_list("code", "balance"))


def stocks():
    return list(Variant.objects.order_by("pk").values_list("stock", flat=True))


@pytest.fixture
def order(bob):
    """Two sellers' goods for 42.50; the last of one is sold with it."""
    give(bob, "100.00")
    cup = on_sale(price=450, stock=5, seller=SellerFactory())
    atlas = on_sale(price=3800, stock=1, seller=SellerFactory())
    return buy(bob, cup, atlas)


def test_everything_goes_back(bob, order):
    cancelled = cancel(order, bob)

    assert (cancelled.status, cancelled.paid, cancelled.refunded) == ("cancelled", 4250, 4250)
    assert {part.status for part in cancelled.seller_orders.all()} == {"cancelled"}
    assert stocks() == [5, 1]
    assert Product.objects.filter(in_stock=True).count() == 2
    assert balances() == {f"user:{bob.pk.hex}:available:GBP": 10000}
    refund = Refund.objects.get()
    assert (refund.kind, refund.amount, refund.actor_id) == ("before_release", 4250, bob.pk)
    assert_books_balance()


@pytest.mark.parametrize("status", ["shipped", "delivered"])
def test_what_is_on_its_way_cannot_be_cancelled(bob, order, status):
    part = order.seller_orders.order_by("pk").last()
    SellerOrder.objects.filter(pk=part.pk).update(status=status)
    before = (balances(), stocks(), Transaction.objects.count(), StockMovement.objects.count())

    with pytest.raises(errors.OrderNotCancellable):
        cancel(order, bob)

    order.refresh_from_db()
    assert (order.status, order.refunded) == ("paid", 0)
    after = (balances(), stocks(), Transaction.objects.count(), StockMovement.objects.count())
    assert after == before


def test_a_cancelled_order_stays_cancelled(bob, order):
    cancel(order, bob)

    with pytest.raises(errors.OrderNotCancellable):
        cancel(order, bob)

    assert Refund.objects.count() == 1
    assert stocks() == [5, 1]


def test_an_order_that_costs_nothing_is_cancelled_without_money(bob):
    order = buy(bob, on_sale(price=0, stock=2))

    assert cancel(order, bob).status == "cancelled"
    assert (Refund.objects.count(), stocks()) == (0, [2])


def test_buyers_cancel_their_own_and_staff_with_the_right_anyones(api, bob, charlie, dana, order):
    address = f"{URL}/{order.pk}/cancel"

    def asked(user, key):
        return api(user, idempotency_key=key).post(address, {}).status_code

    assert [asked(charlie, "c"), asked(None, "n")] == [404, 401]
    assert asked(dana, "d") == 200
    assert asked(bob, "b") == 409
    assert Refund.objects.get().actor_id == dana.pk


def test_staff_who_may_only_look_do_not_cancel(api, dana, order):
    dana.groups.set(dana.groups.filter(name="finance"))

    response = api(dana, idempotency_key="d").post(f"{URL}/{order.pk}/cancel", {})

    assert response.status_code == 403
    order.refresh_from_db()
    assert order.status == "paid"


def test_a_repeated_request_is_answered_as_the_first(api, bob, order):
    client = api(bob, idempotency_key="once")

    first = client.post(f"{URL}/{order.pk}/cancel", {"reason": "Too many cups"})
    again = client.post(f"{URL}/{order.pk}/cancel", {"reason": "Too many cups"})

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert first.json()["refunds"][0]["amount"] == "42.50"


def test_the_timeline_says_what_happened_and_who_did_it(api, bob, charlie, dana, order):
    cancel(order, dana, "Lost in the warehouse")

    moments = api(bob).get(f"{URL}/{order.pk}/events").json()

    assert [(m["kind"], m["actor"], m["amount"], m["reason"]) for m in moments] == [
        ("order.placed", "buyer", None, ""),
        ("order.paid", "buyer", "42.50", ""),
        ("order.refunded", "staff", "42.50", "Lost in the warehouse"),
        ("order.cancelled", "staff", None, "Lost in the warehouse"),
    ]
    assert api(charlie).get(f"{URL}/{order.pk}/events").status_code == 404
    assert api(bob).get(f"{URL}/{uuid7()}/events").status_code == 404


def test_a_buyer_cancels_on_the_orders_page(client, bob, charlie, order):
    client.force_login(bob)
    assert "Cancel this order" in client.get(f"/orders/{order.number}").content.decode()

    asked = client.get(f"/orders/{order.number}/cancel")
    assert "£42.50" in asked.content.decode()
    done = client.post(f"/orders/{order.number}/cancel", {"reason": ""}, follow=True)

    page = done.content.decode()
    assert "is cancelled" in page
    assert "Cancelled by the buyer" in page
    assert "Cancel this order" not in page
    again = client.post(f"/orders/{order.number}/cancel", {}, follow=True).content.decode()
    assert "until a part of it is on its way" in again
    client.force_login(charlie)
    assert client.post(f"/orders/{order.number}/cancel", {}).status_code == 404


@pytest.mark.postgresql
@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_of_many_cancellations_at_once_one_succeeds(bob):
    give(bob, "100.00")
    order = buy(bob, on_sale(price=450, stock=5), quantity=2)
    barrier = Barrier(8)

    def call_off(_):
        try:
            barrier.wait()
            cancel(order, bob)
        except errors.OrderNotCancellable:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(call_off, range(8))) == 1

    assert stocks() == [5]
    assert Order.objects.get().refunded == 900
    assert balances()[f"user:{bob.pk.hex}:available:GBP"] == 10000
