"""Buyers whose web worker is killed at every step: one order each, whole, or none.

The requests take the way that all of them take, through the API's views; only the network is left
out. Each is tried with a fuse that is one step longer than before, until one try gets through; then
every one of them is sent again with its key, as a client does that got no answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Self

from django.db.models import Sum
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from accounts import sessions
from accounts.models import User
from accounts.tests.factories import SellerFactory
from bench.torture import steps, workers
from bench.torture.arena import Arena
from bench.torture.crashes import Fuse
from catalog.models import Variant
from catalog.tests.factories import on_sale
from core.ids import uuid7
from core.models import Event, IdempotencyRecord
from ledger.queries import discrepancies, wallet_balances
from orders.models import Order, Refund
from orders.tests.factories import ADDRESS, buy, give, put_in_cart

PRICE, OPENING, PURSE = 450, 1_000_000, "20.00"
QUANTITY = 2
WALLET = {"payment_method": "wallet", "shipping_address": ADDRESS}


@dataclass(frozen=True, slots=True)
class Ask:
    """A request of ``buyer``'s, with the key that says it is the same one when it comes again."""

    buyer: User
    access: str
    path: str
    body: dict[str, Any]

    @classmethod
    def of(cls, buyer: User, path: str, body: dict[str, Any]) -> Self:
        access = sessions.begin(user=buyer, device="torture", at=timezone.now()).access
        return cls(buyer, access, path, body)

    @property
    def key(self) -> str:
        return f"{self.buyer.pk.hex}:{self.path}"

    def send(self) -> int:
        """The answer's status."""
        return self.answer()[0]

    def answer(self, *, forgiving: bool = False) -> tuple[int, Any]:
        """Status and body; ``forgiving`` takes a 500 for an answer, too."""
        client = browser(forgiving=forgiving)
        signed = {"Authorization": f"Bearer {self.access}", "Idempotency-Key": self.key}
        answer: Any = client.post(self.path, self.body, "application/json", headers=signed)
        return answer.status_code, answer.json() if answer.status_code < 300 else None


@dataclass(slots=True)
class Shop:
    """Two sellers' things, of which each buyer buys some. ``asks`` are all that were sent."""

    arena: Arena
    cup: Variant = field(init=False)
    atlas: Variant = field(init=False)
    asks: list[Ask] = field(default_factory=list)

    def __post_init__(self) -> None:
        sellers = SellerFactory(), SellerFactory()
        self.cup, self.atlas = (
            on_sale(price=PRICE, stock=OPENING, seller=seller) for seller in sellers
        )

    def buyer(self) -> User:
        buyer = person()
        give(buyer, PURSE)
        return buyer

    def checkout(self) -> Ask:
        buyer = self.buyer()
        for variant in (self.cup, self.atlas):
            put_in_cart(buyer, variant)
        return Ask.of(buyer, "/api/v1/cart/checkout", WALLET)

    def cancel(self) -> Ask:
        buyer = self.buyer()
        order = buy(buyer, self.cup, self.atlas)
        return Ask.of(buyer, f"/api/v1/orders/{order.pk}/cancel", {"reason": "Changed my mind"})

    def die_at_every_step(self, ask: Callable[[], Ask]) -> None:
        """A new ask for each step, until one is not killed.

        The first one has no fuse, and is ours: what it imports, those who are killed need not.
        """
        self._asked(ask).send()
        self.expect_deaths(steps.die_at_every_step(lambda: self._job(ask), self.light))

    def light(self, fuse: Fuse) -> None:
        """Set what a fuse burns at."""
        fuse.light()

    def expect_deaths(self, codes: list[int], what: str = "killed") -> None:
        self.arena.outcome.expect_some(what, steps.killed(codes))
        self.arena.outcome.expect(f"{what}, but by an error", steps.failed(codes), 0)

    def _asked(self, ask: Callable[[], Ask]) -> Ask:
        self.asks.append(asked := ask())
        return asked

    def _job(self, ask: Callable[[], Ask]) -> workers.Job:
        asked = self._asked(ask)
        return lambda: _send(asked)

    def ask_again(self, wanted: int) -> None:
        """What got no answer comes again, twice; each time it must be answered ``wanted``."""
        hands = self.arena.hands
        notes = [self.arena.notes / f"answers-{n}" for n in range(hands)]
        self.arena.race(
            [partial(self._note_answers, self.asks[n::hands], notes[n]) for n in range(hands)]
        )
        answers = [line for path in notes for line in _lines(path)]
        odd = [line for line in answers if line != str(wanted)]
        self.arena.outcome.expect_none(f"answers other than {wanted}", odd)

    def _note_answers(self, asks: Sequence[Ask], path: Path) -> None:
        path.write_text("\n".join(str(ask.send()) for ask in [*asks, *asks]))

    def audit(self, *, cancelled: bool) -> None:
        """One order for each buyer, whole; stock and money are where they belong."""
        outcome, buyers = self.arena.outcome, [ask.buyer for ask in self.asks]
        status, sold = ("cancelled", 0) if cancelled else ("paid", len(buyers))
        orders = Order.objects.filter(user__in=buyers)
        outcome.expect("orders", orders.count(), len(buyers))
        outcome.expect(
            "buyers with an order", orders.values("user").distinct().count(), len(buyers)
        )
        outcome.expect(
            "orders as they should be", orders.filter(status=status).count(), len(buyers)
        )
        outcome.expect("refunds", Refund.objects.count(), len(buyers) if cancelled else 0)
        for name, variant in (("cups", self.cup), ("atlases", self.atlas)):
            variant.refresh_from_db()
            outcome.expect(f"{name} sold", OPENING - variant.stock, sold)
        spent = 0 if cancelled else QUANTITY * PRICE
        purses = {wallet_balances(buyer.pk, "GBP")[0].available.amount for buyer in buyers}
        outcome.expect_none("other purses", map(str, purses - {2000 - spent}))
        events = Event.objects.filter(kind=f"order.{status}", subject_id__in=orders.values("pk"))
        outcome.expect("events", events.count(), len(buyers))
        outcome.expect("keys", IdempotencyRecord.objects.count(), len(buyers))
        outcome.expect_none("discrepancies", map(str, discrepancies()))
        outcome.figures["refunded"] = orders.aggregate(sum=Sum("refunded"))["sum"]


def checkout(arena: Arena) -> None:
    """Paid from the wallet: killed at any step, asked again, there is one order and it is paid."""
    shop = Shop(arena)
    shop.die_at_every_step(shop.checkout)
    shop.ask_again(201)
    shop.audit(cancelled=False)


def cancel(arena: Arena) -> None:
    """Called off: killed at any step, asked again, everything is given back once."""
    shop = Shop(arena)
    shop.die_at_every_step(shop.cancel)
    shop.ask_again(200)
    shop.audit(cancelled=True)


def person() -> User:
    """Somebody without a password: to hash one takes longer than to buy."""
    return User.objects.create_user(f"{uuid7().hex}@example.com")


def browser(*, forgiving: bool = False) -> Client:
    """Without cookies. Middleware is loaded once, as by a web worker."""
    made = Client(SERVER_NAME="localhost", raise_request_exception=not forgiving)
    made.handler = _handler()
    return made


@cache
def _handler() -> ClientHandler:
    return ClientHandler(enforce_csrf_checks=False)


def _send(ask: Ask) -> None:
    ask.send()


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else ["no answer at all"]
