"""Transfers to the bank: whoever enters and matches them is killed at every step."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from bench.torture import steps
from bench.torture.arena import Arena
from bench.torture.card_audit import audit
from bench.torture.card_shop import CardShop, open_shop
from bench.torture.shop import person
from bench.torture.workers import Job
from core import clock
from orders.errors import RepaymentDone, TransferMatched, TransferReferenceUsed
from orders.models import IncomingTransfer, Order, Repayment
from orders.services import cancel_order, confirm_repayment, enter_transfer, match_transfer

METHOD = "invoice"
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Clerk:
    """Somebody of finance, who begins again where it is not known whether something was done."""

    pk: UUID

    def book(self, order: Order) -> None:
        """Enter the transfer that pays ``order``, and match it."""
        reference = f"BANK {order.number}"
        with suppress(TransferReferenceUsed):
            enter_transfer(
                reference=reference,
                amount=order.total_money,
                text=order.number,
                received_at=order.created_at,
                actor_id=self.pk,
            )
        self._match(reference, order)

    def give_back(self, repayment: Repayment) -> None:
        with suppress(RepaymentDone):
            confirm_repayment(repayment_id=repayment.pk, reference="OUT 1", actor_id=self.pk)

    def _match(self, reference: str, order: Order) -> None:
        transfer = IncomingTransfer.objects.get(reference=reference)
        with suppress(TransferMatched):
            match_transfer(transfer_id=transfer.pk, order_number=order.number, actor_id=self.pk)


def matched(arena: Arena) -> None:
    """An order that waits is paid by its transfer once; one that was called off is owed it, once, and
    staff send it back once."""
    with open_shop(arena) as shop:
        clerk = Clerk(person().pk)
        paid = _die_and_begin_again(shop, clerk.book, lambda: shop.placed(METHOD).order)
        closed = _die_and_begin_again(shop, clerk.book, lambda: _called_off(shop))
        due = iter(list(Repayment.objects.order_by("pk")))
        _die_and_begin_again(shop, clerk.give_back, lambda: next(due))
        for left in due:
            clerk.give_back(left)
        audit(shop, paid=paid, cancelled=closed)
        arena.outcome.expect("given back", Repayment.objects.filter(status="done").count(), closed)


def _die_and_begin_again(
    shop: CardShop, act: Callable[[Thing], None], make: Callable[[], Thing]
) -> int:
    """How many there are of which ``act`` was killed at each step and then done again."""
    made: list[Thing] = []

    def prepare() -> Job:
        made.append(thing := make())
        return lambda: act(thing)

    shop.expect_deaths(steps.die_at_every_step(prepare), f"killed at {act.__name__}")
    for thing in made:
        act(thing)
    return len(made)


def _called_off(shop: CardShop) -> Order:
    order = shop.placed(METHOD).order
    cancel_order(order.pk, actor_id=order.user_id, reason="No", at=clock.now())
    return order
