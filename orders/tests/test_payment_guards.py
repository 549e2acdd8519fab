"""Payments, repayments, transfers and notices: what the database refuses, whoever asks it to."""

import pytest
from django.db import connection
from django.utils import timezone

from catalog.tests.factories import on_sale
from core import clock
from core.money import Money
from orders.models import IncomingTransfer, Payment, Repayment, WebhookReceipt
from orders.services import cancel_order, enter_transfer, match_transfer, repay, settle
from orders.tests import doubles
from orders.tests.factories import order_by

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def order(bob, provider):
    return order_by("test", bob, on_sale(price=450, stock=5), quantity=2)


@pytest.fixture
def pending(order):
    return order.payments.get()


@pytest.fixture
def unclaimed(order, pending, provider):
    """Captured while its order was cancelled, and not given back so far."""
    provider.before["capture"] = lambda: cancel_order(
        order.pk, actor_id=None, reason="No", at=clock.db_now()
    )
    settle(pending.pk, token=doubles.GOOD)
    return Payment.objects.get()


def update(row, **changes):
    type(row).objects.filter(pk=row.pk).update(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "captured"},
        {"status": "captured", "captured_at": NOW},
        {"status": "unclaimed", "captured_at": NOW},
        {"status": "refunded", "captured_at": NOW},
        {"amount": 1},
        {"amount": 0},
        {"currency": "EUR"},
        {"method": "wallet"},
        {"created_at": NOW},
        {"captured_at": NOW},
    ],
)
def test_a_payment_is_not_received_by_saying_so_and_stays_what_it_is(pending, refused, changes):
    refused(lambda: update(pending, **changes))

    pending.refresh_from_db()
    assert (pending.status, pending.amount, pending.method) == ("pending", 900, "test")


@pytest.mark.parametrize("status", ["failed", "voided"])
@pytest.mark.parametrize("revived", ["pending", "authorised"])
def test_what_has_ended_does_not_begin_again(pending, refused, status, revived):
    update(pending, status=status)

    refused(lambda: update(pending, status=revived))


@pytest.mark.parametrize("status", ["authorised", "failed", "voided", "refunded"])
def test_a_payment_begins_at_the_beginning(order, refused, status):
    refused(
        lambda: Payment.objects.create(
            order=order, method="test", status=status, amount=900, currency="GBP", created_at=NOW
        )
    )


@pytest.mark.parametrize("status", ["captured", "pending", "voided", "refunded"])
def test_unclaimed_money_can_only_be_given_back(unclaimed, refused, status):
    assert unclaimed.status == "unclaimed"

    refused(lambda: update(unclaimed, status=status))


def test_unclaimed_money_is_not_called_another_transaction(unclaimed, refused):
    refused(lambda: update(unclaimed, captured_at=NOW))


def test_unclaimed_money_of_another_payment_proves_nothing(bob, unclaimed, refused):
    other = order_by("test", bob, on_sale(price=900, stock=5)).payments.get()
    moved = unclaimed.transaction_id
    Repayment.objects.all()

    refused(lambda: update(other, status="unclaimed", transaction=moved, captured_at=NOW))


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "done"},
        {"status": "done", "repaid_at": NOW},
        {"amount": 1},
        {"currency": "EUR"},
        {"created_at": NOW},
    ],
)
def test_a_repayment_is_not_done_by_saying_so(unclaimed, refused, changes):
    repayment = Repayment.objects.get()

    refused(lambda: update(repayment, **changes))


def test_a_repayment_is_not_proven_by_another_transaction(unclaimed, refused):
    repayment = Repayment.objects.get()
    changes = {"status": "done", "repaid_at": NOW, "transaction": unclaimed.transaction_id}

    refused(lambda: update(repayment, **changes))


def test_what_is_repaid_is_final(unclaimed, refused):
    repayment = repay(Repayment.objects.get().pk)
    assert repayment.status == "done"

    refused(lambda: update(repayment, status="pending", transaction=None, repaid_at=None))
    refused(lambda: update(repayment, reference="x"))
    refused(lambda: update(unclaimed, status="unclaimed"))
    refused(lambda: update(unclaimed, reason="x"))


@pytest.fixture
def transfer(dana):
    return enter_transfer(
        reference="tx 1",
        amount=Money(900, "GBP"),
        text="",
        received_at=NOW,
        actor_id=dana.pk,
    )


@pytest.mark.parametrize("changes", [{"amount": 1}, {"reference": "TX 2"}, {"currency": "EUR"}])
def test_a_transfer_stays_as_the_bank_stated_it(transfer, refused, changes):
    refused(lambda: update(transfer, **changes))


def test_a_transfer_is_matched_once_for_good(bob, dana, transfer, refused):
    order = order_by("invoice", bob, on_sale(price=900, stock=5))
    match_transfer(transfer_id=transfer.pk, order_number=order.number, actor_id=dana.pk)

    refused(lambda: update(transfer, payment=None))


def test_an_order_that_does_not_wait_has_no_time_to_pay(order, unclaimed, refused):
    refused(lambda: update(order, pay_by=NOW))


def test_history_of_payments_is_not_deleted(unclaimed, transfer, refused):
    WebhookReceipt.objects.create(provider="test", event_id="1", kind="x", received_at=NOW)

    for model in (Payment, Repayment, IncomingTransfer, WebhookReceipt):
        refused(lambda model=model: model.objects.all()._raw_delete("default"))
        assert model.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["repayment", "incomingtransfer", "webhookreceipt"])
def test_history_of_payments_is_not_truncated(unclaimed, refused, table):
    def truncate():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"TRUNCATE orders_{table} CASCADE")

    refused(truncate)
