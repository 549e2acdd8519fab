"""What a provider will not give back is staff's to give back."""

from datetime import timedelta

import pytest

from catalog.tests.factories import on_sale
from core import clock
from orders import errors
from orders.models import Repayment
from orders.services import cancel_order, confirm_repayment, queue_repayments, repay, settle
from orders.tests import doubles
from orders.tests.factories import order_by
from orders.tests.proofs import assert_all_checks_pass, balances, steps


@pytest.fixture
def order(bob, provider):
    return order_by("test", bob, on_sale(price=450, stock=5), quantity=2)


@pytest.fixture
def repayment(order, provider):
    settle(order.payments.get().pk, token=doubles.GOOD)
    cancel_order(order.pk, actor_id=None, reason="No", at=clock.db_now())
    return Repayment.objects.get()


def test_repeated_it_gives_back_once(repayment, provider):
    repay(repayment.pk)
    repay(repayment.pk)

    assert provider.calls.count("refund") == 1
    assert provider.refunds == {repayment.pk.hex: 900}
    assert balances() == {}


def test_what_the_provider_refuses_stays_owed_until_staff_send_it(
    order, repayment, provider, dana, clocks
):
    provider.before["refund"] = doubles.raising(doubles.ProviderRefused("The card is closed."))

    assert repay(repayment.pk).status == "failed"

    assert steps(order)[-1] == "payment.repayment_failed"
    assert balances() == {"provider:test:clearing:GBP": -900, "transit": 900}
    clocks.advance(timedelta(hours=1))
    assert queue_repayments() == []
    assert_all_checks_pass()

    confirm_repayment(repayment_id=repayment.pk, reference="BACS 7", actor_id=dana.pk)

    repayment.refresh_from_db()
    assert (repayment.status, repayment.reference) == ("done", "BACS 7")
    assert (repayment.actor_id, balances()) == (dana.pk, {})
    assert_all_checks_pass()


def test_staff_leave_to_the_provider_what_it_has_not_refused(repayment, dana):
    with pytest.raises(errors.RepaymentUnderWay):
        confirm_repayment(repayment_id=repayment.pk, reference="BACS 7", actor_id=dana.pk)

    repayment.refresh_from_db()
    assert repayment.status == "pending"
