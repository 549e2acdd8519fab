"""A refund cannot be more than was sold, of nothing, or of money that went elsewhere."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from accounts.tests.factories import SellerFactory
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from core.ids import uuid7
from ledger.chart import funding
from ledger.services import Line, Posting, post
from orders import accounts_chart
from orders.models import Order, Refund, RefundLine
from orders.services import PastRefund, PastSale, record_past
from orders.tests.factories import ADDRESS, buy, give

AT = datetime(2011, 1, 5, tzinfo=UTC)


@pytest.fixture
def cup(db):
    return on_sale(price=450, stock=5, seller=SellerFactory(commission_rate=1000))


@pytest.fixture
def order(cup, bob):
    """Three cups for 13.50, one of which came back. The seller has sold three more to a guest."""
    sales = [
        PastSale(reference, buyer, (PricedLine(cup, 3, 450),), "GBP", ADDRESS, AT)
        for reference, buyer in (("old:1", bob), ("old:2", None))
    ]
    record_past(sales=sales, returns=[PastRefund("old:C1", "old:1", {1: 1}, "x", AT)])
    return Order.objects.get(reference="old:1")


def write(order, *lines, shares=None, **fields):
    """A refund of one cup unless told otherwise: ``lines`` are (quantity, amount, commission)."""
    pk = uuid7()
    lines = lines or [(1, 450, 45)]
    amount = fields.setdefault("amount", sum(line[1] for line in lines))
    with transaction.atomic():
        for quantity, paid, commission in lines:
            RefundLine.objects.create(
                refund_id=pk,
                order_line=fields.get("line", order.lines.get()),
                quantity=quantity,
                amount=paid,
                commission=commission,
            )
        moved = fields.pop("moved", None) or posted(order, pk, shares or (405, 45), amount)
        fields.pop("line", None)
        Refund.objects.create(
            id=pk,
            transaction_id=moved,
            **{
                "order": order,
                "kind": "after_release",
                "reference": pk.hex,
                "currency": "GBP",
                "reason": "x",
                "refunded_at": AT,
            }
            | fields,
        )


def posted(order, pk, shares, amount, key="refund:"):
    """Take ``shares`` back from seller and commission."""
    seller = order.seller_orders.get().seller_id
    lines = (
        Line(accounts_chart.seller_payable(seller, "GBP"), -shares[0]),
        Line(accounts_chart.commission("GBP"), -shares[1]),
        Line(funding("GBP"), sum(shares)),
    )
    return post(Posting("refund", f"{key}{pk.hex}", lines)).transaction_id


def state():
    order = Order.objects.get(reference="old:1")
    return order.refunded, order.version, Refund.objects.count(), RefundLine.objects.count()


def test_what_is_right_is_taken_and_adds_to_the_order(order):
    write(order)
    write(order)

    order.refresh_from_db()
    assert (order.refunded, order.refund_status) == (1350, "refunded")


WRONG = {
    "more pieces than were sold": ([(3, 2, 1)], {"shares": (1, 1)}),
    "more money than was paid": ([(1, 901, 45)], {"shares": (856, 45)}),
    "more commission than was taken": ([(1, 450, 91)], {"shares": (359, 91)}),
    "no pieces": ([(0, 450, 45)], {}),
    "more commission than money": ([(1, 45, 46)], {}),
    "not the sum of its lines": ([], {"amount": 449}),
    "another currency": ([], {"currency": "EUR"}),
    "another kind": ([], {"kind": "half_way"}),
    "from the escrow, which is empty": ([], {"kind": "before_release"}),
    "money without a transaction": ([], {"amount": 0}),
    "less from the seller": ([], {"shares": (404, 45)}),
    "more from the seller, less commission": ([], {"shares": (406, 44)}),
    "the reference of another": ([], {"reference": "old:C1"}),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_refund_that_is_not_right_is_refused(order, refused, wrong):
    lines, fields = wrong
    before = state()

    refused(lambda: write(order, *lines, **fields))

    assert state() == before


def test_a_refund_is_proven_by_its_own_money_alone(order, refused):
    first = Refund.objects.get().transaction_id
    stranger = posted(order, uuid7(), (405, 45), 450, key="other:")

    refused(lambda: write(order, moved=first))
    refused(lambda: write(order, moved=stranger))


def test_a_refund_is_of_lines_of_its_order(order, cup, bob, refused):
    give(bob, "100.00")
    other = buy(bob, cup, quantity=2)

    refused(lambda: write(order, line=other.lines.get()))


def test_a_refund_before_release_comes_out_of_the_escrow(cup, bob, refused):
    give(bob, "100.00")
    paid = buy(bob, cup, quantity=2)

    def take(pk, amount):
        lines = (
            Line(accounts_chart.escrow(paid.pk, "GBP"), -amount),
            Line(funding("GBP"), amount),
        )
        return post(Posting("refund", f"refund:{pk.hex}", lines)).transaction_id

    def refund(taken):
        pk = uuid7()
        line = paid.lines.get()
        with transaction.atomic():
            RefundLine.objects.create(
                refund_id=pk, order_line=line, quantity=1, amount=450, commission=45
            )
            Refund.objects.create(
                id=pk,
                order=paid,
                kind="before_release",
                reference=pk.hex,
                amount=450,
                currency="GBP",
                reason="x",
                transaction_id=take(pk, taken),
                refunded_at=AT,
            )

    refused(lambda: refund(449))
    refund(450)

    paid.refresh_from_db()
    assert (paid.status, paid.refunded) == ("paid", 450)


def test_lines_need_a_header_and_come_before_it(order, refused):
    line, refund = order.lines.get(), Refund.objects.get()
    fields = {"order_line": line, "quantity": 1, "amount": 1, "commission": 0}
    Refund.objects.get().lines.get()

    refused(lambda: RefundLine.objects.create(refund_id=uuid7(), **fields))
    refused(lambda: RefundLine.objects.create(refund=refund, **fields))


@pytest.mark.parametrize("model", [Refund, RefundLine])
def test_refunds_are_history(order, refused, model):
    refused(lambda: model.objects.update(amount=1))
    refused(lambda: model.objects.all()._raw_delete("default"))

    assert model.objects.get().amount == 450


@pytest.mark.parametrize("changes", [{"refunded": 0}, {"refunded": 451}, {"refunded": 1350}])
def test_refunded_is_what_refunds_say(order, refused, changes):
    refused(lambda: Order.objects.filter(pk=order.pk).update(**changes))


def test_an_order_does_not_begin_refunded(order, refused):
    order.pk, order.reference, order.number = uuid7(), "old:3", "M-X"
    order.status, order.paid = "awaiting_payment", 0

    refused(lambda: order.save(force_insert=True))


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="INSERT OR REPLACE is SQLite's")
@pytest.mark.parametrize("table", ["orders_refund", "orders_refundline"])
def test_history_is_not_replaced(order, refused, table):
    def replace():
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")

    refused(replace)


@pytest.mark.postgresql
def test_history_is_not_truncated(order, refused):
    def truncate():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("TRUNCATE orders_refundline")

    refused(truncate)
