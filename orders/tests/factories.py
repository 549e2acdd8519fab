"""Money and addresses for tests of buying."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from cart import services as cart_services
from cart.pricing import Customer
from cart.shoppers import Shopper
from catalog.models import Variant
from core.ids import uuid7
from core.money import Money
from ledger.services import credit
from orders.models import Order, Payment
from orders.services import Purchase, Wanted, place_order

ADDRESS = {
    "recipient": "Bob Baker",
    "street": "1 High Street",
    "city": "York",
    "zip": "YO1 7HH",
    "country": "GB",
}


def give(user: User, pounds: str) -> None:
    """Put money into a wallet, as finance would."""
    credit(
        user_id=user.pk,
        amount=Money.parse(pounds, "GBP"),
        key=str(uuid7()),
        scope="tests",
        actor_id=user.pk,
    )


def put_in_cart(user: User, variant: Variant, quantity: int = 1) -> None:
    cart_services.add(
        shopper=Shopper(user=user), variant=variant, quantity=quantity, at=timezone.now()
    )


def buy(buyer: User, *variants: Variant, quantity: int = 1) -> Order:
    """Place an order for ``quantity`` of each variant, from the wallet."""
    wanted = [Wanted(variant.pk, quantity) for variant in variants]
    return place_order(purchase=from_wallet(buyer), wanted=wanted, at=timezone.now())


def from_wallet(buyer: User, **terms: Any) -> Purchase:
    """The usual terms."""
    customer = Customer(buyer, buyer.email)
    return Purchase(customer, Payment.Method.WALLET, (ADDRESS, ADDRESS), **terms)
