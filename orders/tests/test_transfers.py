"""Invoices, and the transfers that staff find to be their payment."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.tests.factories import on_sale
from core import clock
from core.money import Money
from orders import errors
from orders.models import IncomingTransfer, Payment, Repayment
from orders.services import (
    cancel_order,
    confirm_repayment,
    enter_transfer,
    expire_orders,
    match_transfer,
    repay,
)
from orders.tests.factories import order_by
from orders.tests.proofs import assert_all_checks_pass, balances, steps


@pytest.fixture
def order(bob):
    return order_by("invoice", bob, on_sale(price=450, stock=5), quantity=2)


@pytest.fixture
def came(dana):
    """``came("9.00")`` is a transfer that staff entered."""

    def came(pounds, reference="tx 1", currency="GBP"):
        return enter_transfer(
            reference=reference,
            amount=Money.parse(pounds, currency),
            text="thanks",
            received_at=timezone.now(),
            actor_id=dana.pk,
        )

    return came


def match(transfer, order, actor):
    return match_transfer(transfer_id=transfer.pk, order_number=order.number, actor_id=actor.pk)


def test_a_matched_transfer_pays_the_order(order, came, dana):
    payment = match(came("9.00"), order, dana)

    assert steps(order) == ["order.placed", "order.paid"]
    assert (order.status, order.pay_by) == ("paid", None)
    assert (payment.pk, payment.status) == (order.payments.get().pk, "captured")
    assert IncomingTransfer.objects.get().payment == payment
    assert balances() == {"provider:bank:clearing:GBP": -900, "escrow": 900}
    assert_all_checks_pass()


@pytest.mark.parametrize(
    ("amount", "currency", "refusal"),
    [
        ("8.99", "GBP", errors.TransferAmountWrong),
        ("9.01", "GBP", errors.TransferAmountWrong),
        ("9.00", "EUR", errors.TransferCurrencyWrong),
    ],
)
def test_other_money_than_the_order_waits_for_is_refused(
    order, came, dana, amount, currency, refusal
):
    transfer = came(amount, currency=currency)

    with pytest.raises(refusal) as refused:
        match(transfer, order, dana)

    assert refused.value.facts["expected"] == "£9.00"
    transfer.refresh_from_db()
    assert (transfer.payment, balances()) == (None, {})
    assert steps(order) == ["order.placed"]
    assert order.status == "awaiting_payment"


def test_a_transfer_is_entered_once_however_its_reference_is_written(came):
    came("9.00", reference="fp  2026-1")

    with pytest.raises(errors.TransferReferenceUsed):
        came("5.00", reference=" FP 2026-1 ")

    assert IncomingTransfer.objects.get().reference == "FP 2026-1"
    with pytest.raises(errors.BankReferenceMissing):
        came("5.00", reference="  ")


def test_a_transfer_is_matched_once(bob, order, came, dana):
    transfer = came("9.00")
    match(transfer, order, dana)
    other = order_by("invoice", bob, on_sale(price=900, stock=5))

    with pytest.raises(errors.TransferMatched):
        match(transfer, other, dana)

    other.refresh_from_db()
    assert other.status == "awaiting_payment"


def test_who_matches_must_find_the_order_and_it_is_not_their_own(order, came, bob, dana):
    transfer = came("9.00")

    with pytest.raises(errors.OwnOrder):
        match(transfer, order, bob)
    with pytest.raises(errors.OrderUnknown):
        match_transfer(transfer_id=transfer.pk, order_number="M-NONE", actor_id=dana.pk)

    assert balances() == {}


@pytest.mark.parametrize("amount", ["9.00", "12.34"])
def test_a_transfer_that_comes_late_goes_back_when_staff_have_sent_it(
    order, came, dana, bob, clocks, amount
):
    clocks.advance(timedelta(days=14))
    expire_orders()

    payment = match(came(amount), order, dana)

    minor = Money.parse(amount, "GBP").amount
    assert (payment.status, payment.amount) == ("unclaimed", minor)
    assert balances() == {"provider:bank:clearing:GBP": -minor, "transit": minor}
    assert_all_checks_pass()
    repayment = Repayment.objects.get()
    assert repay(repayment.pk).status == "pending"
    with pytest.raises(errors.OwnOrder):
        confirm_repayment(repayment_id=repayment.pk, reference="out 1", actor_id=bob.pk)
    with pytest.raises(errors.BankReferenceMissing):
        confirm_repayment(repayment_id=repayment.pk, reference=" ", actor_id=dana.pk)

    confirm_repayment(repayment_id=repayment.pk, reference="out 1", actor_id=dana.pk)

    payment.refresh_from_db()
    assert (payment.status, balances()) == ("refunded", {})
    with pytest.raises(errors.RepaymentDone):
        confirm_repayment(repayment_id=repayment.pk, reference="out 2", actor_id=dana.pk)
    assert steps(order)[-2:] == ["payment.unclaimed", "payment.repaid"]
    assert_all_checks_pass()


def test_a_second_transfer_for_a_paid_order_is_nobodys(order, came, dana):
    match(came("9.00"), order, dana)

    payment = match(came("9.00", reference="tx 2"), order, dana)

    assert payment.status == "unclaimed"
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["captured", "unclaimed"]
    assert balances() == {"provider:bank:clearing:GBP": -1800, "escrow": 900, "transit": 900}
    assert_all_checks_pass()


def test_a_cancelled_invoice_is_paid_back_by_bank(order, came, dana):
    match(came("9.00"), order, dana)

    cancel_order(order.pk, actor_id=dana.pk, reason="Lost", at=clock.db_now())

    repayment = Repayment.objects.get()
    assert (repayment.refund.amount, repayment.status) == (900, "pending")
    confirm_repayment(repayment_id=repayment.pk, reference="out", actor_id=dana.pk)
    assert balances() == {}
    assert Payment.objects.get().status == "captured"
    assert_all_checks_pass()
