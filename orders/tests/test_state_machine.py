"""Random use of baskets and orders, held against a model of plain dicts after every step.

``MERCAT_LONG=1`` takes minutes instead of seconds: ``MERCAT_LONG=1 pytest orders/tests/test_state_machine.py``.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from core import clock, idempotency
from core.idempotency import Answer, KeyReused
from core.ids import uuid7
from core.money import Money
from ledger.models import Account
from ledger.testing import assert_books_balance
from orders.accounts_chart import escrow
from orders.models import Order, Payment, Repayment, SellerOrder
from orders.services import (
    cancel_order,
    checkout,
    confirm_repayment,
    enter_transfer,
    expire_orders,
    match_transfer,
)
from orders.tests.factories import from_wallet
from orders.tests.machine import Baskets, buyers, nth, numbers, places, rows
from orders.tests.proofs import balances

LONG = bool(os.environ.get("MERCAT_LONG"))
EXAMPLES = {"sqlite": 10, "postgresql": 20}

methods = st.sampled_from(["wallet", "wallet", "invoice"])


class Shopping(Baskets):
    """What is in baskets is bought, paid by wallet or by transfer, and called off."""

    def __init__(self) -> None:
        super().__init__()
        self.bought: list[tuple[idempotency.Request, str]] = []
        self.finance = uuid7()

    @rule(
        whose=buyers,
        method=methods,
        accepts=st.booleans(),
        off=st.sampled_from([None, None, 0, -1, 1]),
    )
    def check_out(self, whose: str, method: str, accepts: bool, off: int | None) -> None:
        """``off`` is by how much the buyer was told something else than what it comes to."""
        told = None if off is None else max(0, self.model.price(whose) + off)
        request = idempotency.Request(f"test:{whose}", uuid7().hex, "the first")
        refusal = self.model.checkout_refusal(whose, method, accepts=accepts, told=told)

        def buy() -> Answer:
            return self._once(request, lambda: self._checked_out(whose, method, accepts, told))

        if answer := self._attempt(buy, refusal):
            assert not answer.is_replayed
            self.bought.append((request, answer.body))
            self.model.check_out(whose, method, UUID(answer.body))

    @rule(whose=buyers, place=places, method=methods, with_code=st.booleans())
    def check_out_at_any_price(self, whose: str, place: int, method: str, with_code: bool) -> None:
        """Of a basket that is not empty."""
        if not self.model.cart_total(whose):
            self.add(whose, place, 1)
        if with_code:
            self.enter_the_code(whose)
        self.check_out(whose, method, accepts=True, off=None)

    @precondition(lambda self: self.bought)
    @rule(number=numbers)
    def repeat(self, number: int) -> None:
        request, order = nth(self.bought, number)
        before = rows()

        again = self._once(request, _never)

        assert (again.is_replayed, again.body) == (True, order)
        assert rows() == before

    @precondition(lambda self: self.bought)
    @rule(number=numbers)
    def use_a_key_for_another_purchase(self, number: int) -> None:
        request, _ = nth(self.bought, number)
        other = idempotency.Request(request.scope, request.key, "another")
        self._attempt(lambda: self._once(other, _never), KeyReused)

    @precondition(lambda self: self.model.orders)
    @rule(number=numbers, off=st.sampled_from([0, 0, 0, 1]))
    def match_a_transfer(self, number: int, off: int) -> None:
        """Of what the order comes to, or ``off``; also where nobody waits for it."""
        order_id = nth(list(self.model.orders), number)
        amount = self.model.orders[order_id].total + off
        transfer = enter_transfer(
            reference=uuid7().hex,
            amount=Money(amount, "GBP"),
            text="",
            received_at=self.now,
            actor_id=self.finance,
        )

        def match() -> Payment:
            order_number = Order.objects.get(pk=order_id).number
            return match_transfer(
                transfer_id=transfer.pk, order_number=order_number, actor_id=self.finance
            )

        if self._attempt(match, self.model.match_refusal(order_id, amount)):
            self.model.match(order_id, amount)

    @precondition(lambda self: self.model.due_back)
    @rule(number=numbers)
    def send_back(self, number: int) -> None:
        due = list(Repayment.objects.filter(status=Repayment.Status.PENDING).order_by("pk"))
        repayment = nth(due, number)
        confirm_repayment(repayment_id=repayment.pk, reference="BACS", actor_id=self.finance)
        self.model.sent_back += repayment.amount

    @precondition(lambda self: self.model.orders)
    @rule(number=numbers)
    def let_the_time_pass(self, number: int) -> None:
        """The order's time to pay is over, if it has one."""
        order_id = nth(list(self.model.orders), number)
        waiting = Order.objects.filter(pk=order_id, status=Order.Status.AWAITING_PAYMENT)
        expired = waiting.update(pay_by=clock.db_now())
        assert expired == (self.model.orders[order_id].status == "awaiting_payment")
        assert expire_orders() == expired
        if expired:
            self.model.cancel(order_id)

    @precondition(lambda self: self.model.orders)
    @rule(number=numbers)
    def cancel(self, number: int) -> None:
        """Also what is cancelled already: nothing is given back twice."""
        order_id = nth(list(self.model.orders), number)

        def cancel() -> Order:
            return cancel_order(order_id, actor_id=None, reason="Thought better of it", at=self.now)

        if self._attempt(cancel, self.model.cancel_refusal(order_id)):
            self.model.cancel(order_id)

    @precondition(lambda self: self.model.orders)
    @rule(number=numbers)
    def send_a_part(self, number: int) -> None:
        order_id = nth(list(self.model.orders), number)
        order = self.model.orders[order_id]
        if order.status == "paid":
            part = SellerOrder.objects.filter(order=order_id).order_by("pk")[:1].get()
            SellerOrder.objects.filter(pk=part.pk).update(status=SellerOrder.Status.SHIPPED)
            order.is_sent = True

    @invariant()
    def books_balance(self) -> None:
        assert_books_balance()

    @invariant()
    def orders_are_the_models(self) -> None:
        found = {
            order.pk: (order.status, order.total, order.paid, order.refunded)
            for order in Order.objects.all()
        }
        assert found == {
            pk: (one.status, one.total, one.paid, one.refunded)
            for pk, one in self.model.orders.items()
        }

    @invariant()
    def escrow_holds_what_was_paid_and_added_less_what_went_back(self) -> None:
        held = dict(Account.objects.filter(kind="escrow").values_list("code", "balance"))
        assert held == {
            escrow(pk, "GBP").code: one.in_escrow
            for pk, one in self.model.orders.items()
            if one.paid
        }

    @invariant()
    def promotions_and_the_bank_are_the_models(self) -> None:
        found = balances()
        added = sum(one.sponsored for one in self.model.orders.values())
        assert found.get("platform:promotions:GBP", 0) == -added
        assert found.get("transit", 0) == self.model.due_back
        assert found.get("provider:bank:clearing:GBP", 0) == -self.model.at_the_bank
        assert sum(found.values()) == 0

    @invariant()
    def nothing_is_paid_without_a_payment(self) -> None:
        paid = Order.objects.filter(status=Order.Status.PAID)
        assert not paid.exclude(payments__status="captured", payments__amount=F("total")).exists()

    def _checked_out(self, whose: str, method: str, accepts: bool, told: int | None) -> Answer:
        purchase = from_wallet(self.people[whose], expected_total=told)
        order = checkout(
            purchase=replace(purchase, method=Payment.Method(method)),
            shopper=self._shopper(whose),
            accept_price_changes=accepts,
            at=self.now,
        )
        assert order.status == {"wallet": "paid", "invoice": "awaiting_payment"}[method]
        return Answer(201, "text/plain", str(order.pk))

    def _once(self, request: idempotency.Request, attempt: Callable[[], Answer]) -> Answer:
        return idempotency.answer_once(request, attempt, at=self.now)


def _never() -> Answer:
    raise AssertionError("it is bought already")


@pytest.mark.django_db
def test_whatever_is_done_stock_money_and_baskets_are_the_models() -> None:
    run_state_machine_as_test(
        Shopping,
        settings=settings(
            max_examples=200 if LONG else EXAMPLES[connection.vendor],
            stateful_step_count=50 if LONG else 40,
            derandomize=not LONG,
            print_blob=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
