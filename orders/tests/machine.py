"""Random use of baskets, held against a model of plain dicts. Orders: see ``test_state_machine``."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings as shop
from django.db import connection, transaction
from django.db.models import Q
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accounts.models import User
from accounts.tests.factories import UserFactory
from cart import services as cart_services
from cart.models import Cart, CartItem, Promotion
from cart.queries import cart_of
from cart.shoppers import Shopper
from cart.tests.factories import offered
from catalog.errors import OutOfStock
from catalog.models import Variant
from catalog.services import adjust_stock, change_variant
from catalog.tests.factories import on_sale
from core import clock
from core.errors import DomainError
from core.ids import uuid7
from core.money import Money
from ledger.queries import wallet_balances
from ledger.tests.books import plain
from orders.tests.factories import give
from orders.tests.model import GUEST, LIMIT, LIMIT_EACH, OFF, Model, Refusal

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


class Baskets(RuleBasedStateMachine):
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
        offered(code="TENTH", rate=100 * OFF, total_limit=LIMIT, customer_limit=LIMIT_EACH)
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
        self.model.clear(whose)

    @rule(whose=shoppers)
    def enter_the_code(self, whose: str) -> None:
        def enter() -> Promotion:
            return cart_services.enter_code(shopper=self._shopper(whose), code="tenth", at=self.now)

        if self._attempt(enter, self.model.enter_refusal(whose)):
            self.model.codes.add(whose)

    @rule(whose=shoppers)
    def remove_the_code(self, whose: str) -> None:
        def remove() -> bool:
            cart_services.remove_code(shopper=self._shopper(whose), code="tenth", at=self.now)
            return True

        if self._attempt(remove, self.model.remove_refusal(whose)):
            self.model.codes.discard(whose)

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
    def carts_are_the_models(self) -> None:
        for whose in (*self.people, GUEST):
            cart = cart_of(self._shopper(whose), at=clock.now())
            expected = self.model.cart(whose)
            items = {item.variant_id: (item.quantity, item.seen_price) for item in cart.items}
            assert items == expected
            assert cart.subtotal == Money(self.model.cart_total(whose), "GBP")
            assert cart.total_items == sum(item.quantity for item in expected.values())

    @invariant()
    def the_code_is_given_as_often_as_the_model_says(self) -> None:
        assert Promotion.objects.get().redeemed == self.model.uses()

    def _shopper(self, whose: str) -> Shopper:
        return (
            Shopper(guest_cart=self.guest_cart) if whose == GUEST else Shopper(self.people[whose])
        )

    def _nth_item(self, number: int) -> tuple[str, UUID]:
        """Whose it is, and the variant."""
        carts = sorted(self.model.carts.items())
        found: tuple[str, UUID] = nth([(w, v) for w, cart in carts for v in cart], number)
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

    def _attempt(self, call: Callable[[], Any], expected: Refusal) -> Any:
        """What it answers, or None where the model says that it is refused: then nothing changed."""
        self.now += timedelta(minutes=1)
        before = rows()
        answer, refusal = _tried(call)
        assert refusal is expected
        if refusal:
            assert rows() == before
        return answer


def _tried(call: Callable[[], Any]) -> tuple[Any, Refusal]:
    try:
        return call(), None
    except DomainError as refusal:
        return None, type(refusal)


def rows() -> list[list[tuple[Any, ...]]]:
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


def nth(some: list[Any], number: int) -> Any:
    return some[number % len(some)]
