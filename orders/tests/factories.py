"""Money and addresses for tests of buying."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cart import services as cart_services
from cart.shoppers import Shopper
from catalog.models import Variant
from core.ids import uuid7
from core.money import Money
from ledger.services import credit, post_batch
from orders.models import Order, Payment, Refund
from orders.services import Wanted, place_order
from orders.services.refunds import RefundDraft, Returned, from_escrow, save

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
    return place_order(
        buyer=buyer,
        wanted=[Wanted(variant.pk, quantity) for variant in variants],
        method=Payment.Method.WALLET,
        addresses=(ADDRESS, ADDRESS),
        at=timezone.now(),
    )


GUEST = "guest@example.com"


def buy_as_guest(variant: Variant, *, quantity: int = 1, email: str = GUEST) -> Order:
    """TMP"""
    from orders.services import drafts
    from orders.services.drafts import Sold
    from django.conf import settings
    from core import events
    from catalog.services import take_stock

    at = timezone.now()
    variant = Variant.objects.select_related("product__seller").get(pk=variant.pk)
    draft = drafts.draft(
        buyer=None,
        sold=[Sold(variant, quantity, variant.price)],
        currency=settings.SHOP_CURRENCY,
        addresses=(ADDRESS, ADDRESS),
        at=at,
    )
    draft.order.email = email
    take_stock({variant: quantity}, reference=draft.order.pk, at=at)
    drafts.save([draft])
    events.record("order.placed", draft.order.pk, {"actor": str(draft.order.buyer_id)}, at=at)
    return draft.order


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
