"""Random use of baskets and orders, held against a model of plain dicts after every step.

``MERCAT_LONG=1`` takes minutes instead of seconds: ``MERCAT_LONG=1 pytest orders/tests/test_state_machine.py``.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import settings as shop
from django.db import connection, transaction
from django.db.models import F, Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from accounts.tests.factories import UserFactory
from cart import services as cart_services
from cart.models import Cart, CartItem
from cart.queries import cart_of
from cart.shoppers import Shopper
from catalog.errors import OutOfStock
from catalog.models import Variant
from catalog.services import adjust_stock, change_variant
from catalog.tests.factories import on_sale
from core import clock, idempotency
from core.errors import DomainError
from core.idempotency import Answer, KeyReused
from core.ids import uuid7
from core.money import Money
from ledger.models import Account
from ledger.queries import wallet_balances
from ledger.testing import assert_books_balance
from ledger.tests.books import plain
from orders.accounts_chart import escrow
from orders.models import Order, SellerOrder
from orders.services import cancel_order, checkout
from orders.tests.factories import from_wallet, give
from orders.tests.model import GUEST, Model, Refusal

LONG = bool(os.environ.get("MERCAT_LONG"))
EXAMPLES = {"sqlite": 10, "postgresql": 20}

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
APPS = ("cart", "catalog", "core", "ledger", "orders")
BUYERS, VARIANTS = ("bob", "charlie"), 3

buyers = st.sampled_from(BUYERS)
shoppers = st.sampled_from([*BUYERS, GUEST])
places = st.integers(0, VARIANTS - 1)
"""Which variant."""
few = st.integers(1, 3)
quantities = st.one_of(few, few, few, st.integers(1, shop.CART_MAX_QUANTITY + 1))
prices = st.integers(1, 2_000)
numbers = st.integers(0, 99)
"""Which of what there is, counted round."""


class Shopping(RuleBasedStateMachine):
    """Each run is a transaction of its own, rolled back at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.now = BEGIN
        self.model = Model()
        self.people: dict[str, User] = {}
        self.variants: list[UUID] = []
        self.guest_cart: UUID | None = None
        self.bought: list[tuple[idempotency.Request, str]] = []

    def teardown(self) -> None:
        connection.check_constraints()
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(
        stocks=st.lists(st.integers(4, 30), min_size=VARIANTS, max_size=VARIANTS),
        pounds=st.lists(st.integers(20, 99), min_size=len(BUYERS), max_size=len(BUYERS)),
    )
    def open_the_shop(self, stocks: list[int], pounds: list[int]) -> None:
        for place, stock in enumerate(stocks):
            variant = on_sale(price=500 * (place + 1), stock=stock)
            self.variants.append(variant.pk)
            self.model.prices[variant.pk] = variant.price
            self.model.opened[variant.pk] = stock
        for name, amount in zip(BUYERS, pounds, strict=True):
            self.people[name] = UserFactory(email=f"{name}@example.com")
            give(self.people[name], f"{amount}.00")
            self.model.wallets[name] = 100 * amount
        for whose in (*BUYERS, GUEST):
            self.add(whose, 0, 2)

    @rule(whose=shoppers, place=places, quantity=quantities)
    def add(self, whose: str, place: int, quantity: int) -> None:
        variant = Variant.objects.get(pk=self.variants[place])
        there = self.model.cart(whose).get(variant.pk)
        after = quantity + (there.quantity if there else 0)

        def add() -> CartItem:
            return cart_services.add(
                shopper=self._shopper(whose), variant=variant, quantity=quantity, at=self.now
            )

        if item := self._attempt(add, self.model.quantity_refusal(after)):
            self.model.put(whose, variant.pk, after)
            if whose == GUEST:
                self.guest_cart = item.cart_id

    @precondition(lambda self: any(self.model.carts.values()))
    @rule(number=numbers, quantity=st.one_of(st.just(0), quantities))
    def set_quantity_or_remove(self, number: int, quantity: int) -> None:
        whose, variant = self._nth_item(number)
        self._set(whose, whose, variant, quantity)

    @precondition(lambda self: any(self.model.carts.values()))
    @rule(whose=shoppers, number=numbers)
    def reach_into_a_cart(self, whose: str, number: int) -> None:
        """One's own, or somebody else's."""
        owner, variant = self._nth_item(number)
        self._set(whose, owner, variant, 1)

    @rule(whose=shoppers)
    def clear(self, whose: str) -> None:
        cart_services.clear(shopper=self._shopper(whose), at=self.now)
        self.model.carts.pop(whose, None)

    @rule(whose=buyers)
    def sign_in_with_a_guests_cart(self, whose: str) -> None:
        """A second time there is nothing left to merge."""
        reduced = cart_services.merge(
            user=self.people[whose], guest_cart=self.guest_cart or uuid7(), at=self.now
        )
        expected = self.model.merge(whose)
        assert {one.variant.pk: one.asked for one in reduced} == expected
        assert {one.kept for one in reduced} <= {shop.CART_MAX_QUANTITY}

    @rule(place=places, price=prices)
    def change_price(self, place: int, price: int) -> None:
        variant = Variant.objects.get(pk=self.variants[place])
        variant.price = price
        change_variant(variant, {"price"}, at=self.now)
        self.model.prices[variant.pk] = price

    @rule(place=places, change=st.integers(-9, 9).filter(bool))
    def adjust(self, place: int, change: int) -> None:
        variant = Variant.objects.get(pk=self.variants[place])
        short = self.model.stock(variant.pk) + change < 0

        def adjust() -> Any:
            return adjust_stock(variant, change, note="counted", actor_id=None, at=self.now)

        if self._attempt(adjust, OutOfStock if short else None):
            self.model.adjusted[variant.pk] += change

    @rule(whose=buyers, pounds=st.integers(1, 99))
    def top_up(self, whose: str, pounds: int) -> None:
        give(self.people[whose], f"{pounds}.00")
        self.model.wallets[whose] += 100 * pounds

    @rule(whose=buyers)
    def check_out_at_any_price(self, whose: str) -> None:
        self.check_out(whose, accepts=True, off=None)

    @rule(
        whose=buyers,
        accepts=st.booleans(),
        off=st.sampled_from([None, None, 0, -1, 1]),
    )
    def check_out(self, whose: str, accepts: bool, off: int | None) -> None:
        """``off`` is by how much the buyer was told something else than what it comes to."""
        told = None if off is None else max(0, self.model.cart_total(whose) + off)
        request = idempotency.Request(f"test:{whose}", uuid7().hex, "the first")
        refusal = self.model.checkout_refusal(whose, accepts=accepts, told=told)

        def buy() -> Answer:
            return self._once(request, lambda: self._checked_out(whose, accepts, told))

        if answer := self._attempt(buy, refusal):
            assert not answer.is_replayed
            self.bought.append((request, answer.body))
            self.model.check_out(whose, UUID(answer.body))

    @precondition(lambda self: self.bought)
    @rule(number=numbers)
    def repeat(self, number: int) -> None:
        request, order = _nth(self.bought, number)
        before = _rows()

        again = self._once(request, _never)

        assert (again.is_replayed, again.body) == (True, order)
        assert _rows() == before

    @precondition(lambda self: self.bought)
    @rule(number=numbers)
    def use_a_key_for_another_purchase(self, number: int) -> None:
        request, _ = _nth(self.bought, number)
        other = idempotency.Request(request.scope, request.key, "another")
        self._attempt(lambda: self._once(other, _never), KeyReused)

    @precondition(lambda self: self.model.orders)
    @rule(number=numbers)
    def cancel(self, number: int) -> None:
        """Also what is cancelled already: nothing is given back twice."""
        order_id = _nth(list(self.model.orders), number)

        def cancel() -> Order:
            return cancel_order(order_id, actor_id=None, reason="Thought better of it", at=self.now)

        if self._attempt(cancel, self.model.cancel_refusal(order_id)):
            self.model.cancel(order_id)

    @precondition(lambda self: self.model.orders)
    @rule(number=numbers)
    def send_a_part(self, number: int) -> None:
        order_id = _nth(list(self.model.orders), number)
        order = self.model.orders[order_id]
        if order.status == "paid":
            part = SellerOrder.objects.filter(order=order_id).order_by("pk")[:1].get()
            SellerOrder.objects.filter(pk=part.pk).update(status=SellerOrder.Status.SHIPPED)
            order.is_sent = True

    @invariant()
    def books_balance(self) -> None:
        assert_books_balance()

    @invariant()
    def stocks_and_wallets_are_the_models(self) -> None:
        variants = Variant.objects.select_related("product")
        for variant in variants:
            assert variant.stock == self.model.stock(variant.pk)
            assert variant.product.in_stock is (variant.stock > 0)
        for name, person in self.people.items():
            [shown] = wallet_balances(person.pk, "GBP")
            assert shown.available.amount == self.model.wallets[name]

    @invariant()
    def orders_are_the_models(self) -> None:
        found = {
            order.pk: (order.status, order.total, order.paid, order.refunded)
            for order in Order.objects.all()
        }
        assert found == {
            pk: (one.status, one.total, one.total, one.refunded)
            for pk, one in self.model.orders.items()
        }

    @invariant()
    def escrow_holds_what_was_paid_less_what_went_back(self) -> None:
        held = dict(Account.objects.filter(kind="escrow").values_list("code", "balance"))
        assert held == {
            escrow(pk, "GBP").code: one.in_escrow for pk, one in self.model.orders.items()
        }

    @invariant()
    def nothing_is_paid_without_a_payment(self) -> None:
        paid = Order.objects.filter(status=Order.Status.PAID)
        assert not paid.exclude(payments__status="captured", payments__amount=F("total")).exists()

    @invariant()
    def carts_are_the_models(self) -> None:
        for whose in (*self.people, GUEST):
            cart = cart_of(self._shopper(whose), at=clock.now())
            expected = self.model.cart(whose)
            items = {item.variant_id: (item.quantity, item.seen_price) for item in cart.items}
            assert items == expected
            assert cart.subtotal == Money(self.model.cart_total(whose), "GBP")
            assert cart.total_items == sum(item.quantity for item in expected.values())

    def _shopper(self, whose: str) -> Shopper:
        return (
            Shopper(guest_cart=self.guest_cart) if whose == GUEST else Shopper(self.people[whose])
        )

    def _nth_item(self, number: int) -> tuple[str, UUID]:
        """Whose it is, and the variant."""
        carts = sorted(self.model.carts.items())
        found: tuple[str, UUID] = _nth([(w, v) for w, cart in carts for v in cart], number)
        return found

    def _set(self, whose: str, owner: str, variant: UUID, quantity: int) -> None:
        """Of an item in the cart of ``owner``."""
        items = CartItem.objects.filter(self._in_cart_of(owner), variant=variant)
        item_id = items.values_list("pk", flat=True).get()
        refusal = self.model.set_refusal(owner if whose == owner else "", variant, quantity)

        def change() -> bool:
            cart_services.set_quantity(
                shopper=self._shopper(whose), item_id=item_id, quantity=quantity, at=self.now
            )
            return True

        if self._attempt(change, refusal):
            self.model.put(whose, variant, quantity)

    def _in_cart_of(self, owner: str) -> Q:
        return Q(cart__in=Cart.objects.filter(self._shopper(owner).carts))

    def _checked_out(self, whose: str, accepts: bool, told: int | None) -> Answer:
        order = checkout(
            purchase=from_wallet(self.people[whose], expected_total=told),
            shopper=self._shopper(whose),
            accept_price_changes=accepts,
            at=self.now,
        )
        assert order.status == "paid"
        return Answer(201, "text/plain", str(order.pk))

    def _once(self, request: idempotency.Request, attempt: Callable[[], Answer]) -> Answer:
        return idempotency.answer_once(request, attempt, at=self.now)

    def _attempt(self, call: Callable[[], Any], expected: Refusal) -> Any:
        """What it answers, or None where the model says that it is refused: then nothing changed."""
        self.now += timedelta(minutes=1)
        before = _rows()
        answer, refusal = _tried(call)
        assert refusal is expected
        if refusal:
            assert _rows() == before
        return answer


def _tried(call: Callable[[], Any]) -> tuple[Any, Refusal]:
    try:
        return call(), None
    except DomainError as refusal:
        return None, type(refusal)


def _rows() -> list[list[tuple[Any, ...]]]:
    """Every row of every table that shopping writes to."""
    tables = [
        (model._meta.db_table, model._meta.pk.column)
        for name in APPS
        for model in apps.get_app_config(name).get_models()
    ]
    found = []
    with connection.cursor() as cursor:
        for table, key in tables:
            cursor.execute(f"SELECT * FROM {table} ORDER BY {key}")
            found.append([tuple(map(plain, row)) for row in cursor.fetchall()])
    return found


def _never() -> Answer:
    raise AssertionError("it is bought already")


def _nth(some: list[Any], number: int) -> Any:
    return some[number % len(some)]


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
