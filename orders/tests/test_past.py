"""History before Mercat's books: guests, fractions of a penny, refunds, all entered once."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser, Group

from accounts.tests.factories import SellerFactory, UserFactory
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from core.models import Event
from ledger.models import Account, Entry, Transaction
from ledger.testing import assert_books_balance
from orders.errors import PastSaleUnknown
from orders.models import Order, OrderLine, Payment, Refund, RefundLine
from orders.services import Entered, PastRefund, PastSale, record_past
from orders.tests.factories import ADDRESS

SOLD_AT = datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
BACK_AT = datetime(2011, 1, 5, 9, 30, tzinfo=UTC)


@pytest.fixture
def cup(db):
    return on_sale(price=450, stock=5, seller=SellerFactory(commission_rate=1000))


def sale(buyer, *sold, reference="old:1"):
    return PastSale(reference, buyer, sold, "GBP", ADDRESS, SOLD_AT)


def back(quantities, reference="old:C1", of="old:1"):
    return PastRefund(reference, of, quantities, "Cancelled by C1", BACK_AT)


def balances():
    """Everything that is not zero, by kind."""
    found = {}
    for kind, balance in Account.objects.exclude(balance=0).values_list("kind", "balance"):
        found[kind] = found.get(kind, 0) + balance
    return {kind: balance for kind, balance in found.items() if balance}


def counts():
    models = (Order, OrderLine, Payment, Refund, RefundLine, Account, Transaction, Entry, Event)
    return [model.objects.count() for model in models]


def test_a_guests_sale_passes_no_wallet_and_has_no_user(cup):
    record_past(sales=[sale(None, PricedLine(cup, 2, 450))])

    order = Order.objects.get()
    assert (order.user, order.status, order.paid) == (None, "completed", 900)
    assert order.payments.get().method == "direct"
    assert sorted(Transaction.objects.values_list("kind", flat=True)) == [
        "escrow_release",
        "order_payment",
    ]
    assert balances() == {"clearing": -900, "payable": 810, "commission": 90}
    assert_books_balance()


def test_a_guests_order_never_becomes_somebodys(cup, bob, refused):
    record_past(sales=[sale(None, PricedLine(cup, 2, 450))])

    refused(lambda: Order.objects.update(user=bob))
    assert Order.objects.get().user is None


def test_a_line_below_a_penny_a_piece_is_rounded_half_to_even(cup):
    sold = [PricedLine(cup, 1, 0, unit_fraction=100), PricedLine(cup, 5, 1, unit_fraction=500)]
    record_past(sales=[sale(None, *sold, PricedLine(cup, 25, 0, unit_fraction=100))])

    lines = OrderLine.objects.values_list("quantity", "subtotal")
    assert list(lines) == [(1, 0), (5, 8), (25, 2)]
    assert [line.unit_display for line in OrderLine.objects.all()] == ["£0.001", "£0.015", "£0.001"]
    assert Order.objects.get().total == 10


def test_a_refund_takes_back_from_seller_and_commission_and_leaves_to_the_outside(cup, bob):
    record_past(sales=[sale(bob, PricedLine(cup, 3, 450), PricedLine(cup, 1, 333))])

    entered = record_past(sales=[], returns=[back({1: 2, 2: 1})])

    assert entered == Entered(0, 1)
    order, refund = Order.objects.get(), Refund.objects.get()
    assert (refund.order, refund.amount, refund.kind) == (order, 1233, "after_release")
    assert list(
        refund.lines.order_by("order_line__position").values_list(
            "quantity", "amount", "commission"
        )
    ) == [(2, 900, 90), (1, 333, 33)]
    assert (order.paid, order.refunded, order.refund_status) == (1683, 1233, "partly_refunded")
    assert balances() == {"clearing": -450, "payable": 405, "commission": 45}
    assert refund.transaction.effective_at == refund.refunded_at == BACK_AT
    assert Transaction.objects.get(kind="withdrawal").effective_at == BACK_AT
    assert_books_balance()


def test_pieces_that_come_back_one_by_one_are_worth_the_whole_line(cup, bob):
    cheap = PricedLine(cup, 3, 0, unit_fraction=500)  # 1.5p for three, rounded to 2p
    returns = [back({1: 1}, f"old:C{number}") for number in range(3)]

    record_past(sales=[sale(bob, cheap, PricedLine(cup, 1, 100))], returns=returns)

    amounts = Refund.objects.order_by("reference").values_list("amount", flat=True)
    assert list(amounts) == [0, 1, 1]
    assert Refund.objects.filter(transaction=None).count() == 1
    assert Order.objects.get().refunded == 2
    assert_books_balance()


def test_a_sale_and_its_refund_may_come_in_one_call_and_all_of_it_be_refunded(cup, bob):
    record_past(sales=[sale(bob, PricedLine(cup, 2, 450))], returns=[back({1: 2})])

    order = Order.objects.get()
    assert (order.status, order.refunded, order.refund_status) == ("completed", 900, "refunded")
    assert balances() == {}
    assert_books_balance()


def test_what_is_known_is_passed_over(cup, bob):
    sales, returns = [sale(bob, PricedLine(cup, 2, 450))], [back({1: 1})]
    record_past(sales=sales, returns=returns)
    before = counts()

    assert record_past(sales=sales, returns=returns) == Entered(0, 0)

    assert counts() == before


@pytest.mark.parametrize(
    "wrong", [{"quantities": {2: 1}}, {"quantities": {1: 1}, "of": "old:9"}], ids=["line", "order"]
)
def test_a_refund_of_what_was_never_sold_enters_nothing(cup, bob, wrong):
    with pytest.raises(PastSaleUnknown):
        record_past(sales=[sale(bob, PricedLine(cup, 2, 450))], returns=[back(**wrong)])

    assert set(counts()) == {0}


def test_a_refund_of_more_than_was_sold_enters_nothing(cup, bob, refused):
    sold = [
        sale(bob, PricedLine(cup, 2, 450)),
        sale(None, PricedLine(cup, 2, 450), reference="old:2"),
    ]
    returns = [back({1: 2}), back({1: 1}, "old:C2")]

    refused(lambda: record_past(sales=sold, returns=returns))

    assert set(counts()) == {0}


def test_a_guests_order_is_seen_by_staff_alone(cup, bob, api):
    record_past(sales=[sale(None, PricedLine(cup, 2, 450))])
    order = Order.objects.get()
    admin = UserFactory(is_staff=True)
    admin.groups.add(Group.objects.get_or_create(name="finance")[0])

    assert list(Order.objects.visible_to(admin)) == [order]
    assert not Order.objects.visible_to(bob).exists()
    assert not Order.objects.visible_to(AnonymousUser()).exists()
    assert api(bob).get(f"/api/v1/orders/{order.pk}").status_code == 404
    assert api().get(f"/api/v1/orders/{order.pk}").status_code == 401


def test_the_api_says_what_was_given_back(cup, bob, api):
    record_past(sales=[sale(bob, PricedLine(cup, 2, 450))], returns=[back({1: 1})])

    shown = api(bob).get(f"/api/v1/orders/{Order.objects.get().pk}").json()

    assert (shown["refunded"], shown["refund_status"]) == ("4.50", "partly_refunded")
    assert [(one["amount"], one["reason"]) for one in shown["refunds"]] == [
        ("4.50", "Cancelled by C1")
    ]
