"""Holds orders, stock, promotions and books against what Stripe's double has done."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Count

from bench.torture.card_shop import CardShop
from bench.torture.shop import OPENING
from core.models import Event
from ledger.models import Account
from ledger.verification.invariants import all_checks
from orders.models import Order, Payment, Redemption, Repayment, WebhookReceipt
from orders.tests.proofs import balances
from orders.tests.stripe_double import DoubleApart

PAID, CANCELLED = Order.Status.PAID, Order.Status.CANCELLED
DONE_WITH = {"succeeded", "canceled", "requires_payment_method"}
"""How Stripe's intents may be left: nothing is reserved for any of these."""


def audit(shop: CardShop, **expected: int) -> None:
    """Every order is paid once, or called off and costs nothing; nothing is open, lost or doubled.

    ``expected`` are numbers of orders by status, where they are known.
    """
    outcome, orders = shop.arena.outcome, shop.orders()
    found = Counter(str(order.status) for order in orders)
    for status, number in expected.items():
        outcome.expect(f"{status} orders", found[status], number)
    outcome.figures["orders"] = len(orders)
    outcome.expect_none("faults of orders", _faults(shop, orders))
    outcome.expect_none("left open", _open())
    outcome.expect_none("stock and promotions", _reserved(shop, orders))
    outcome.expect_none("told twice", _told_twice())
    outcome.expect_none("money unaccounted", _astray(shop, orders))
    outcome.expect_none("discrepancies", _discrepancies())


def _faults(shop: CardShop, orders: list[Order]) -> Iterator[str]:
    buyers = Counter(order.user_id for order in orders)
    yield from (f"{number} of buyer {pk}" for pk, number in buyers.items() if number > 1)
    for order in orders:
        if order.status not in {PAID, CANCELLED}:
            yield f"{order.number} is {order.status}"
        if any(payment.method == "stripe" for payment in order.payments.all()):
            yield from _faults_of_charge(shop.double, order)


def _faults_of_charge(double: DoubleApart, order: Order) -> Iterator[str]:
    """``order`` has one payment, as every one here."""
    key = order.payments.get().pk.hex
    charged, refunded, statuses = double.charged(key), double.refunded(key), double.statuses(key)
    if len(statuses) > 1 or not DONE_WITH.issuperset(statuses):
        yield f"{order.number} leaves {statuses}"
    wanted = ([order.total], []) if order.status == PAID else (charged[:1], charged[:1])
    if (charged, refunded) != wanted:
        yield f"{order.number} is {order.status}, charged {charged}, refunded {refunded}"


def _open() -> Iterator[str]:
    yield from (f"payment {one.pk}" for one in Payment.objects.unsettled())
    yield from (f"repayment {one.pk}" for one in Repayment.objects.exclude(status="done"))
    yield from (f"notice {one.event_id}" for one in WebhookReceipt.objects.filter(settled_at=None))
    due = Account.objects.filter(code__contains=":refunds_due:").exclude(balance=0)
    yield from (f"{one.balance} on {one.code}" for one in due)


def _reserved(shop: CardShop, orders: list[Order]) -> Iterator[str]:
    """Each order that is paid has taken one of everything; those with the code, the promotion."""
    paid = sum(order.status == PAID for order in orders)
    for variant in (shop.cup, shop.atlas):
        variant.refresh_from_db()
        if OPENING - variant.stock != paid:
            yield f"{OPENING - variant.stock} of {variant.sku} sold, {paid} orders"
    shop.promotion.refresh_from_db()
    kept = Redemption.objects.filter(returned_at=None)
    granted = sum(order.status == PAID and bool(order.discount) for order in orders)
    if not shop.promotion.redeemed == kept.count() == granted:
        yield f"redeemed {shop.promotion.redeemed}, kept {kept.count()}, granted {granted}"


def _told_twice() -> Iterator[str]:
    told = Event.objects.filter(kind__regex=r"^(order|payment)\.")
    twice = told.values_list("subject_id", "kind").annotate(times=Count("pk")).filter(times__gt=1)
    return (f"{kind} of {subject}: {times}" for subject, kind, times in twice)


def _astray(shop: CardShop, orders: list[Order]) -> Iterator[str]:
    """Where the books differ from what the orders, and Stripe, say that there must be."""
    wanted = Counter(shop.before)
    for order in orders:
        if order.status == PAID:
            wanted["escrow"] += order.total + order.sponsored
            wanted["platform:promotions:GBP"] -= order.sponsored
            wanted[_source(order)] -= order.total
    held = _held(shop.double)
    if held != -wanted["provider:stripe:clearing:GBP"]:
        yield f"Stripe holds {held}"
    found = balances()
    for name in found.keys() | wanted.keys():
        if found.get(name, 0) != wanted[name]:
            yield f"{name}: {found.get(name, 0)}, not {wanted[name]}"


def _source(order: Order) -> str:
    """The account whose money paid an order."""
    clearing = {"stripe": "provider:stripe:clearing:GBP", "invoice": "provider:bank:clearing:GBP"}
    return clearing.get(order.payments.get().method, "wallet")


def _held(double: DoubleApart) -> int:
    """What Stripe has taken in and not given back, whichever order it was for, if any."""
    taken = double.events("payment_intent.succeeded")
    given_back = double.events("charge.refunded")  # whole charges, here
    return _sum(taken, "amount") - _sum(given_back, "amount_refunded")


def _sum(events: list[dict[str, Any]], column: str) -> int:
    return sum(event["data"]["object"][column] for event in events)


def _discrepancies() -> Iterator[str]:
    return (str(broken) for check in all_checks() for broken in check.find())
