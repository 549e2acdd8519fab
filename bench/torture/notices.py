"""Stripe's webhooks: cut short at every step, and sent twice, late and in any order."""

import json
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from bench.torture import steps
from bench.torture.arena import Arena
from bench.torture.card_audit import audit
from bench.torture.card_shop import GOOD, MINUTE, OVER, STRIDE, CardShop, open_shop
from bench.torture.shop import browser
from bench.torture.workers import Job
from core import clock
from orders import tasks
from orders.models import Payment, WebhookReceipt
from orders.payments.stripe import StripeProvider
from orders.services import cancel_order
from orders.services.settling import charge_of
from orders.tests.stripe_double.double import WEBHOOK_SECRET
from orders.tests.stripe_double.webhooks import signature

WEBHOOKS = "/api/v1/payments/webhooks/stripe"
AUTHORISED = "payment_intent.amount_capturable_updated"
Notice = dict[str, Any]


def killed(arena: Arena) -> None:
    """Whoever follows a webhook up is killed at every step: Stripe sends every other one again, and
    the rest is left to sweeps."""
    with open_shop(arena) as shop:
        first = _confirmed(shop)
        _send([first])
        sent = [first]
        codes = steps.die_at_every_step(lambda: _sending(shop, sent), shop.light)
        shop.expect_deaths(codes)
        arena.race([lambda: _send(sent[::2])])
        shop.sweep(timedelta(0))
        audit(shop, paid=len(sent))


def disordered(arena: Arena) -> None:
    """Every webhook comes to many at once, in any order and beside two sweeps; half of them come when
    all reservations are over, the others once more then, the last first.

    Of each kind of order some are paid, asked by their bank and paid, refused by it, asked and seen
    too late, or called off between their capture and its record.
    """
    with open_shop(arena) as shop:
        kinds = (_paid, _confirmed_unheard, _refused, _asked, _astray)
        number = 2 + arena.rounds
        _, _, _, late, _ = ([make(shop) for _ in range(number)] for make in kinds)
        shop.clocks.advance(STRIDE)
        notices = _shuffled(shop)
        _deliver(arena, notices[: len(notices) // 2])
        shop.clocks.advance(OVER)
        for payment in late:
            shop.double.authenticate(payment.reference)
        _deliver(arena, notices := _shuffled(shop)[::-1])
        shop.sweep(2 * MINUTE)
        audit(shop, paid=2 * number, cancelled=3 * number)
        ids = {notice["id"] for notice in notices}
        kept = WebhookReceipt.objects.filter(event_id__in=ids).count()
        arena.outcome.expect("webhooks kept", kept, len(ids))
        unclaimed = Payment.objects.filter(status="refunded").count()
        arena.outcome.expect("came too late and given back", unclaimed, number)


def _paid(shop: CardShop) -> Payment:
    return shop.paid()


def _confirmed_unheard(shop: CardShop) -> Payment:
    return shop.confirmed()


def _asked(shop: CardShop) -> Payment:
    return shop.asked()


def _refused(shop: CardShop) -> Payment:
    payment = shop.asked()
    shop.double.authenticate(payment.reference, succeeds=False)
    return payment


def _astray(shop: CardShop) -> Payment:
    """Captured by a worker that died before it said so; then the buyer called the order off."""
    payment = shop.placed()
    provider = StripeProvider.configured()
    provider.authorise(charge_of(payment, GOOD))
    provider.capture(charge_of(payment))
    cancel_order(payment.order_id, actor_id=payment.order.user_id, reason="No", at=clock.now())
    return payment


def _shuffled(shop: CardShop) -> list[Notice]:
    """The same order in each run."""
    notices = shop.double.events()
    Random("webhooks").shuffle(notices)
    return notices


def _deliver(arena: Arena, notices: Sequence[Notice]) -> None:
    """To every hand all of them, in step, so that the same one is followed up by several at once."""
    arena.race([*(_post(notices) for _ in range(arena.hands)), _sweep, _sweep])


def _post(notices: Sequence[Notice]) -> Job:
    return lambda: _send(notices)


def _sweep() -> None:
    for _ in range(3):
        tasks.expire_orders()
        tasks.settle_payments()


def _send(notices: Sequence[Notice]) -> None:
    """As Stripe does.

    :raises AssertionError: one is not received.
    """
    for notice in notices:
        body = json.dumps(notice).encode()
        signed = {"Stripe-Signature": signature(body, WEBHOOK_SECRET)}
        answer = browser().post(WEBHOOKS, body, "application/json", headers=signed)
        assert answer.status_code == 200


def _sending(shop: CardShop, sent: list[Notice]) -> Job:
    notice = _confirmed(shop)
    sent.append(notice)
    return _post([notice])


def _confirmed(shop: CardShop) -> Notice:
    """The news that a buyer's bank let the money go."""
    shop.confirmed()
    return shop.double.events(AUTHORISED)[-1]
