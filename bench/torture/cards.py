"""Cards: whoever works for the buyer is killed at every step, and one charge comes of it, or none.

A step is a statement, a commit, or a request to Stripe, before it and after it.
"""

from datetime import timedelta

from bench.torture import steps
from bench.torture.arena import Arena
from bench.torture.card_audit import audit
from bench.torture.card_shop import MINUTE, CardShop, open_shop
from bench.torture.workers import Job
from orders.models import Order, Payment, Repayment
from orders.services import repay, settle

SOON = 2 * MINUTE
"""Later than a dead worker's lease of its key, and earlier than the end of a reservation."""


def checkout_again(arena: Arena) -> None:
    """The buyer asks again with the same key: everybody has one order, and it is paid."""
    with open_shop(arena) as shop:
        shop.die_at_every_step(shop.checkout)
        shop.clocks.advance(SOON)
        shop.ask_again(201)
        audit(shop, paid=len(shop.asks))


def checkout_left(arena: Arena) -> None:
    """The buyer never comes back: sweeps finish the order, or call it off."""
    with open_shop(arena) as shop:
        shop.die_at_every_step(shop.checkout)
        shop.sweep()
        audit(shop)
        for status in (Order.Status.PAID, Order.Status.CANCELLED):
            number = Order.objects.filter(status=status).count()
            arena.outcome.expect_some(f"{status} by sweeps", number)


def capture(arena: Arena) -> None:
    """The bank has let the buyer pay: whatever is killed on the way from there, it is paid once."""
    with open_shop(arena) as shop:
        settle(shop.confirmed().pk)
        shop.expect_deaths(steps.die_at_every_step(lambda: _settling(shop), shop.light))
        shop.sweep(timedelta(0))
        audit(shop, paid=Order.objects.count())


def cancel(arena: Arena) -> None:
    """A paid order is called off, then the money is sent back: it is owed once, and sent once."""
    with open_shop(arena) as shop:
        shop.die_at_every_step(shop.cancel)
        shop.ask_again(200)
        due = iter(Repayment.objects.order_by("pk"))
        codes = steps.die_at_every_step(lambda: _repaying(next(due)), shop.light)
        shop.expect_deaths(codes, "killed at sending back")
        shop.sweep(timedelta(0))
        audit(shop, cancelled=len(shop.asks))
        sent = Payment.objects.filter(repayments__status="done").count()
        arena.outcome.expect("sent back", sent, len(shop.asks))


def _settling(shop: CardShop) -> Job:
    payment_id = shop.confirmed().pk

    def settling() -> None:
        settle(payment_id)

    return settling


def _repaying(repayment: Repayment) -> Job:
    def repaying() -> None:
        repay(repayment.pk)

    return repaying
