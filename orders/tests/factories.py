"""Money and addresses for tests of buying."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cart import services as cart_services
from cart.pricing import Customer
from cart.shoppers import Shopper
from catalog.models import Variant
from core.ids import uuid7
from core.money import Money
from ledger.services import credit, post_batch
from orders.models import Order, Payment, Refund
from orders.services import Purchase, Wanted, place_order
from orders.services.refunds import RefundDraft, Returned, from_escrow, save

ADDRESS = {
    "recipient": "Bob Baker",
    "street": "1 High Street",
    "city": "York",
    "zip": "YO1 7HH",
    "country": "GB",
}
GUEST = "guest@example.com"


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


def buy_as_guest(*variants: Variant, quantity: int = 1, email: str = GUEST) -> Order:
    """Place an order for ``quantity`` of each variant without an account; it awaits its payment."""
    wanted = [Wanted(variant.pk, quantity) for variant in variants]
    purchase = Purchase(Customer(email=email), Payment.Method.INVOICE, (ADDRESS, ADDRESS))
    return place_order(purchase=purchase, wanted=wanted, at=timezone.now())


def refund(order: Order, *, quantity: int, reason: str) -> Refund:
    """Give back pieces of the only line of an order that nobody has shipped."""
    at = timezone.now()
    draft = RefundDraft(
        order,
        Refund(
            order=order,
            kind=Refund.Kind.BEFORE_RELEASE,
            reference=str(uuid7()),
            amount=0,
            currency=order.currency,
            reason=reason,
            refunded_at=at,
        ),
    )
    draft.give_back(order.lines.select_related("seller_order").get(), quantity, Returned())
    with transaction.atomic():
        [posted] = post_batch([from_escrow(draft)])
        save([draft], {draft.refund.pk: posted.transaction_id})
    return draft.refund


def order_by(method: str, buyer: User, *variants: Variant, quantity: int = 1) -> Order:
    """Place an order that is to be paid by ``method``, and leave it at that."""
    return place_order(
        purchase=Purchase(
            customer=Customer(buyer, buyer.email),
            method=Payment.Method(method),
            addresses=(ADDRESS, ADDRESS),
        ),
        wanted=[Wanted(variant.pk, quantity) for variant in variants],
        at=timezone.now(),
    )
