"""An order cannot be half paid, and what was sold cannot be rewritten: the database refuses."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from catalog.tests.factories import on_sale
from ledger.models import Transaction
from orders.models import Order, OrderLine, Payment, SellerOrder
from orders.tests.factories import ADDRESS, buy, give

NOW = timezone.now()


@pytest.fixture
def paid(bob):
    give(bob, "100.00")
    return buy(bob, on_sale(price=450), quantity=2)


@pytest.fixture
def unpaid(bob):
    return Order.objects.create(
        number="M-TEST",
        user=bob,
        currency="GBP",
        subtotal=900,
        total=900,
        shipping_address=ADDRESS,
        billing_address=ADDRESS,
        created_at=NOW,
        updated_at=NOW,
    )


def payment(order, amount=900, transaction_id=None):
    return Payment(
        order=order,
        method="wallet",
        status="captured",
        amount=amount,
        currency="GBP",
        transaction_id=transaction_id,
        created_at=NOW,
        captured_at=NOW,
    )


def refused(write):
    with pytest.raises(DatabaseError), transaction.atomic():
        write()


@pytest.mark.parametrize(
    "changes",
    [
        {"paid": 450},
        {"paid": 900},
        {"status": "paid"},
        {"status": "paid", "paid": 900},
        {"status": "completed"},
        {"total": 901},
        {"total": -1, "subtotal": -1},
    ],
)
def test_an_unpaid_order_cannot_be_called_paid(unpaid, changes):
    refused(lambda: Order.objects.filter(pk=unpaid.pk).update(**changes))

    unpaid.refresh_from_db()
    assert (unpaid.status, unpaid.paid, unpaid.total) == ("awaiting_payment", 0, 900)


@pytest.mark.parametrize(
    "changes",
    [
        {"paid": 0},
        {"paid": 450},
        {"status": "awaiting_payment"},
        {"total": 1000, "subtotal": 1000},
        {"total": 950, "shipping": 50},
        {"currency": "EUR"},
        {"status": "cancelled"},
        {"number": "M-0000-0000"},
        {"created_at": NOW},
    ],
)
def test_a_paid_orders_amounts_never_change(paid, changes):
    refused(lambda: Order.objects.filter(pk=paid.pk).update(**changes))

    paid.refresh_from_db()
    assert (paid.status, paid.paid, paid.total, paid.currency) == ("paid", 900, 900, "GBP")


def test_a_captured_payment_needs_a_ledger_transaction(unpaid):
    refused(payment(unpaid).save)


def test_a_payment_is_not_proven_by_another_orders_money(unpaid, paid):
    refused(payment(unpaid, transaction_id=paid.payments.get().transaction_id).save)


def test_a_payment_is_not_proven_by_money_that_went_elsewhere(unpaid):
    give(unpaid.user, "9.00")
    elsewhere = Transaction.objects.get(kind="credit")

    refused(payment(unpaid, transaction_id=elsewhere.pk).save)


def test_a_payment_of_another_amount_than_the_escrow_got_is_refused(paid):
    moved = paid.payments.get().transaction_id

    refused(payment(paid, amount=450, transaction_id=moved).save)


def test_an_order_is_paid_once(paid):
    again = payment(paid, transaction_id=paid.payments.get().transaction_id)

    refused(again.save)

    assert paid.payments.count() == 1


@pytest.mark.parametrize(
    "changes", [{"amount": 450}, {"status": "failed"}, {"captured_at": None}, {"method": "x"}]
)
def test_a_captured_payment_never_changes(paid, changes):
    refused(lambda: Payment.objects.update(**changes))


@pytest.mark.parametrize("model", [Order, OrderLine, Payment, SellerOrder])
def test_what_was_sold_is_not_deleted(paid, model):
    refused(lambda: model.objects.all()._raw_delete("default"))

    assert model.objects.count() == 1


@pytest.mark.parametrize(
    "changes", [{"unit_price": 1, "subtotal": 2}, {"title": "x"}, {"sku": "x"}]
)
def test_a_line_is_frozen_as_sold(paid, changes):
    refused(lambda: OrderLine.objects.update(**changes))


def test_a_paid_order_takes_no_more_lines(paid):
    line = paid.lines.get()
    line.pk, line.position = Order().pk, 2

    refused(lambda: line.save(force_insert=True))


def test_a_line_adds_up(unpaid):
    variant = on_sale()
    part = SellerOrder.objects.create(
        order=unpaid,
        seller=variant.product.seller,
        currency="GBP",
        total=900,
        commission=90,
        created_at=NOW,
        updated_at=NOW,
    )
    line = OrderLine(
        order=unpaid,
        seller_order=part,
        product=variant.product,
        variant=variant,
        category=variant.product.category,
        position=1,
        sku="x",
        title="x",
        currency="GBP",
        unit_price=450,
        quantity=2,
        subtotal=899,
        commission=0,
    )

    refused(line.save)


@pytest.mark.parametrize("changes", [{"total": 1, "commission": 0}, {"commission": 0}])
def test_what_a_seller_will_be_paid_never_changes(paid, changes):
    refused(lambda: SellerOrder.objects.update(**changes))


def test_an_order_and_its_parts_keep_their_people(paid, charlie):
    other = on_sale().product.seller
    refused(lambda: Order.objects.update(user=charlie))
    refused(lambda: SellerOrder.objects.update(seller=other))


def test_a_line_has_its_orders_currency(paid, unpaid):
    line = paid.lines.get()
    line.pk, line.order, line.currency = Order().pk, unpaid, "EUR"

    refused(lambda: line.save(force_insert=True))


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["order", "sellerorder", "orderline", "payment", "refund"])
def test_history_is_not_truncated(paid, table):
    def truncate():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"TRUNCATE orders_{table} CASCADE")

    refused(truncate)
