"""docs/ledger.md is true: each of its money events leaves exactly the entries that it shows."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from accounts.tests.factories import SellerFactory, UserFactory
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from core.ids import uuid7
from core.money import Money
from ledger import services
from ledger.models import Entry, Hold, Transaction, WalletRequest
from ledger.testing import assert_books_balance
from orders import accounts_chart
from orders.models import Order
from orders.services import PastRefund, PastSale, cancel_order, record_past, record_past_sales
from orders.tests.factories import ADDRESS, buy

pytestmark = pytest.mark.django_db

Event = Callable[["Cast"], object]

EVENTS: dict[str, Event] = {}


def event(heading: str) -> Callable[[Event], Event]:
    def named(happens: Event) -> Event:
        EVENTS[heading] = happens
        return happens

    return named


def documented() -> dict[str, list[tuple[str, str]]]:
    """Account and amount of each line, by the event's heading."""
    text = (settings.BASE_DIR / "docs" / "ledger.md").read_text()
    events = text.split("## Money events")[1].split("\n## ")[0]
    row = re.compile(r"^\| ([a-z]\S+) \| (-?[\d.]+) \|$", re.MULTILINE)
    sections = re.split(r"^### ", events, flags=re.MULTILINE)[1:]
    return {section.splitlines()[0]: row.findall(section) for section in sections}


class Cast:
    """Bob, who has 100.00, his friend Ann, Alice's shop, and one past sale of 20.00 from it to Bob."""

    def __init__(self) -> None:
        self.bob, self.ann = UserFactory(), UserFactory()
        self.alice = SellerFactory(commission_rate=1000)
        self.finance = uuid7()
        cup = on_sale(price=2000, stock=1, seller=self.alice)
        at = datetime(2026, 1, 2, tzinfo=UTC)
        self.sold, self.at = (PricedLine(cup, 1, 2000),), at
        record_past_sales([PastSale("past", self.bob, self.sold, "GBP", ADDRESS, at)])
        self.order = Order.objects.get()
        self.top_up("100.00")

    def top_up(self, amount: str) -> services.Posted:
        return services.credit(
            user_id=self.bob.pk, amount=pounds(amount), actor_id=self.finance, **once()
        )

    def send(self) -> services.Posted:
        return services.transfer(
            from_user_id=self.bob.pk, to_user_id=self.ann.pk, amount=pounds("7.50"), **once()
        )

    def hold(self) -> Hold:
        new = services.new_hold(
            user_id=self.bob.pk, amount=pounds("12.00"), purpose="order", lasting=None
        )
        return services.place_hold(new, actor_id=self.bob.pk, **once())

    def withdraw(self) -> WalletRequest:
        return services.request_withdrawal(
            owner_id=self.bob.pk,
            amount=pounds("15.00"),
            provider="bank",
            destination="20-15-55 12345678",
        )

    def confirm(self, request: WalletRequest) -> Transaction | None:
        return services.confirm_wallet_request(
            request_id=request.pk, reference="BACS 1", actor_id=self.finance
        ).transaction

    def name(self, code: str) -> str:
        """``code`` with people and things by name."""
        names: dict[str, Any] = {
            "bob": self.bob,
            "ann": self.ann,
            "alice": self.alice,
            "order": self.order,
        }
        for name, row in names.items():
            code = code.replace(row.pk.hex, name)
        return code


def pounds(text: str) -> Money:
    return Money.parse(text, "GBP")


def once() -> dict[str, Any]:
    return {"key": uuid7().hex, "scope": "document"}


@event("Credit")
def credited(cast: Cast) -> object:
    return cast.top_up("50.00")


@event("Debit")
def debited(cast: Cast) -> object:
    bob = cast.bob.pk
    return services.debit(user_id=bob, amount=pounds("5.00"), actor_id=bob, **once())


@event("Transfer")
def transfer(cast: Cast) -> object:
    return cast.send()


def bought(cast: Cast, kind: str) -> object:
    cast.order = buy(cast.bob, on_sale(price=2000, stock=1, seller=cast.alice))
    return Transaction.objects.get(kind=kind, metadata__order=cast.order.number)


@event("Order authorised from the wallet")
def authorised(cast: Cast) -> object:
    return bought(cast, "hold")


@event("Order paid from the wallet")
def paid(cast: Cast) -> object:
    return bought(cast, "order_payment")


@event("Order cancelled before anything is shipped")
def cancelled(cast: Cast) -> object:
    cast.order = buy(cast.bob, on_sale(price=2000, stock=1, seller=cast.alice))
    cancel_order(cast.order.pk, actor_id=cast.bob.pk, reason="Changed my mind", at=cast.at)
    return Transaction.objects.get(kind="refund")


@event("Escrow released")
def released(cast: Cast) -> object:
    return Transaction.objects.get(kind="escrow_release")


@event("Refund after release")
def refunded(cast: Cast) -> object:
    record_past(sales=[], returns=[PastRefund("back", "past", {1: 1}, "Broken", cast.at)])
    return Transaction.objects.get(kind="refund")


def in_parts(cast: Cast, kind: str) -> object:
    """Sold and taken back, with everything that a price may be made of."""
    cup = cast.sold[0].variant
    line = PricedLine(cup, 1, 2000, discount=500, sponsored=200, shipping=300, tax=360)
    record_past(
        sales=[PastSale("parts", cast.bob, (line,), "GBP", ADDRESS, cast.at)],
        returns=[PastRefund("parts:back", "parts", {1: 1}, "Broken", cast.at)],
    )
    cast.order = Order.objects.get(reference="parts")
    return Transaction.objects.get(kind=kind, metadata__order=cast.order.number)


@event("Order with shipping, tax and a shared discount")
def paid_in_parts(cast: Cast) -> object:
    return in_parts(cast, "order_payment")


@event("Its escrow released")
def released_in_parts(cast: Cast) -> object:
    return in_parts(cast, "escrow_release")


@event("Its refund")
def refunded_in_parts(cast: Cast) -> object:
    return in_parts(cast, "refund")


@event("Sale to a guest")
def sold_to_a_guest(cast: Cast) -> object:
    record_past_sales([PastSale("guest", None, cast.sold, "GBP", ADDRESS, cast.at)])
    cast.order = Order.objects.get(reference="guest")
    return cast.order.payments.get().transaction


@event("Hold placed")
def held(cast: Cast) -> object:
    return cast.hold()


@event("Hold captured")
def captured(cast: Cast) -> object:
    escrow = accounts_chart.escrow(cast.order.pk, "GBP")
    return services.capture_hold(
        hold_id=cast.hold().pk, amount=pounds("9.00"), to=escrow, actor_id=None, **once()
    )


@event("Hold voided or expired")
def voided(cast: Cast) -> object:
    return services.void_hold(hold_id=cast.hold().pk, actor_id=None, **once())


@event("Top-up confirmed")
def topped_up(cast: Cast) -> object:
    asked = services.request_top_up(owner_id=cast.bob.pk, amount=pounds("30.00"), provider="bank")
    return cast.confirm(asked)


@event("Withdrawal requested")
def asked_for(cast: Cast) -> object:
    return cast.withdraw().hold


@event("Withdrawal confirmed")
def paid_out(cast: Cast) -> object:
    return cast.confirm(cast.withdraw())


@event("Withdrawal rejected or cancelled")
def returned(cast: Cast) -> object:
    return services.cancel_wallet_request(
        request_id=cast.withdraw().pk, owner_id=cast.bob.pk
    ).transaction


@event("Exchange")
def exchanged(cast: Cast) -> object:
    services.state_rate(currency="EUR", rate=Decimal("1.1415"), actor_id=cast.finance)
    quote = services.quote_exchange(user_id=cast.bob.pk, sold=pounds("10.00"), currency="EUR")
    return services.exchange(user_id=cast.bob.pk, quote_id=quote.pk)


@event("Reversal")
def reversed_(cast: Cast) -> object:
    return services.reverse_transaction(
        transaction_id=cast.send().transaction_id,
        reason="Sent to the wrong Ann",
        actor_id=cast.finance,
        **once(),
    )


def transaction_of(happened: object) -> UUID:
    match happened:
        case Transaction():
            return happened.pk
        case Hold():
            return happened.placed_by_id
        case services.Posted():
            return happened.transaction_id
    raise TypeError(happened)


def test_every_event_that_is_documented_can_happen() -> None:
    assert documented().keys() == EVENTS.keys()


@pytest.mark.parametrize("heading", EVENTS)
def test_an_event_leaves_the_entries_that_are_documented(heading: str) -> None:
    cast = Cast()

    happened = transaction_of(EVENTS[heading](cast))

    entries = Entry.objects.filter(transaction=happened).select_related("account")
    lines = [(cast.name(one.account.name), str(one.money)) for one in entries.order_by("line_no")]
    assert lines == documented()[heading]
    assert_books_balance()
