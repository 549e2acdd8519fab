"""Holds in few words."""

from datetime import timedelta
from uuid import UUID

from core.ids import uuid7
from core.money import Money
from ledger import services
from ledger.models import Hold


def place(
    user_id: UUID,
    amount: int,
    currency: str = "GBP",
    *,
    lasting: timedelta | None = None,
    purpose: str = "order",
) -> Hold:
    hold = services.new_hold(
        user_id=user_id,
        amount=Money(amount, currency),
        purpose=purpose,
        reference=uuid7().hex,
        lasting=lasting,
    )
    return services.place_hold(hold, key=uuid7().hex, scope="test", actor_id=user_id)


def void(hold: Hold) -> None:
    services.void_hold(hold_id=hold.pk, key=hold.pk.hex, scope="test", actor_id=None)
