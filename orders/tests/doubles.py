"""A payment provider in memory that does what a test tells it to, and fails where it is told."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.db import connection

from core.money import Money
from orders.errors import ProviderRefused, ProviderUnavailable, WebhookInvalid
from orders.payments.provider import Charge, Notice, Outcome, State

GOOD, DECLINED, CHALLENGED, SLOW = "good", "declined", "challenged", "slow"
"""Tokens, by what becomes of a charge."""

ANSWERS = {
    GOOD: State.AUTHORISED,
    DECLINED: State.DECLINED,
    CHALLENGED: State.ACTION_REQUIRED,
    SLOW: State.PENDING,
}


class Killed(BaseException):
    """Stands for the death of a worker: nothing below a test catches it."""


@dataclass
class Double:
    """``charges`` by key, ``refunds`` by theirs. ``calls`` is what was asked, in order.

    ``before[call]`` and ``after[call]`` run around the call's effect: they may raise, once or more.
    """

    charges: dict[str, Outcome] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    after: dict[str, Callable[[], None]] = field(default_factory=dict)
    in_transaction: list[str] = field(default_factory=list)

    @classmethod
    def configured(cls) -> "Double":
        return current

    def authorise(self, charge: Charge) -> Outcome:
        self._asked("authorise")
        if charge.key not in self.charges:
            state = ANSWERS[charge.token]
            reason = "Your card was declined." if state == State.DECLINED else ""
            secret = "sesame" if state == State.ACTION_REQUIRED else ""
            self.charges[charge.key] = Outcome(state, f"ch_{charge.key}", reason, secret)
        return self._answered("authorise", charge)

    def capture(self, charge: Charge) -> Outcome:
        self._asked("capture")
        if self.charges[charge.key].state == State.AUTHORISED:
            self.become(charge.key, State.CAPTURED)
        return self._answered("capture", charge)

    def void(self, charge: Charge) -> Outcome:
        self._asked("void")
        held = self.charges.get(charge.key, Outcome(State.VOIDED, ""))
        if held.state not in {State.CAPTURED, State.DECLINED}:
            held = replace(held, state=State.VOIDED, secret="")
        self.charges[charge.key] = held
        return self._answered("void", charge)

    def refund(self, charge: Charge, *, key: str, amount: Money) -> Outcome:
        self._asked("refund")
        if self.charges[charge.key].state != State.CAPTURED:
            raise ProviderRefused("Nothing was captured.")
        self.refunds[key] = amount.amount
        return self._answered("refund", charge)

    def look_up(self, charge: Charge) -> Outcome | None:
        self._asked("look_up")
        found = self.charges.get(charge.key)
        return found and self._answered("look_up", charge)

    def parse_webhook(self, body: bytes, signature: str) -> Notice | None:
        if signature != "good":
            raise WebhookInvalid
        event_id, _, key = body.decode().partition(" ")
        return Notice(event_id, key, "", "charge.changed") if key else None

    def become(self, key: str, state: State) -> None:
        """Something happens at the provider."""
        self.charges[key] = replace(self.charges[key], state=state, secret="")

    def _asked(self, call: str) -> None:
        self.calls.append(call)
        if connection.in_atomic_block:
            self.in_transaction.append(call)
        self.before.get(call, lambda: None)()

    def _answered(self, call: str, charge: Charge) -> Outcome:
        self.after.get(call, lambda: None)()
        return self.charges[charge.key]


current = Double()


def renewed() -> Double:
    """A new one, which the settings' path leads to from now on."""
    global current  # noqa: PLW0603  # what a provider knows outlives every request
    current = Double()
    return current


def raising(error: BaseException | type[BaseException], times: int = 1) -> Callable[[], None]:
    """Raise ``error`` the first ``times``."""
    left = [error] * times

    def act() -> None:
        if left:
            raise left.pop()

    return act


def unavailable(times: int = 1) -> Callable[[], None]:
    return raising(ProviderUnavailable, times)
