"""Capture, void and expiry of the same holds at once: each hold has one end."""

import time
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from bench.torture import journal, workload
from bench.torture.arena import Arena
from bench.torture.journal import Answer, Request
from bench.torture.posters import Post
from bench.torture.workload import CURRENCY, SCOPE, SETUP, WORLD
from core.ids import uuid7
from core.money import Money
from ledger.chart import held, wallet
from ledger.models import Account, Hold, HoldResolution
from ledger.postings import Line, Posting
from ledger.queries import discrepancies
from ledger.services import capture_hold, expire_holds, new_hold, place_hold, post, void_hold

AMOUNT = 7
MERCHANT = "torture:pot:merchant"
ENDED = {"hold_resolved", "hold_expired"}


def one_end(arena: Arena) -> None:
    """Two capture, two void, two sweep what is due; some holds become due meanwhile."""
    person = uuid7()
    holds = _placed(person, arena.repeats * 2, arena.seconds)
    jobs = [
        arena.job(f"{verb}{end}", way, _requests(f"{verb}{end}", order))
        for end, order in enumerate((holds, holds[::-1]))
        for verb, way in WAYS.items()
    ]
    arena.race([*jobs, _sweep, _sweep])
    _expect(arena, person, len(holds))


def _expect(arena: Arena, person: UUID, number: int) -> None:
    history, expect = journal.read(arena.notes), arena.outcome.expect
    kinds = dict.fromkeys(HoldResolution.Kind.values, 0)
    for kind in HoldResolution.objects.values_list("kind", flat=True):
        kinds[kind] += 1
    arena.outcome.figures |= kinds
    expect("holds with an end", sum(kinds.values()), number)
    expect("answers that it was ended", len(history.acks), kinds["captured"] + kinds["voided"])
    arena.outcome.expect_none("refused for another reason", history.reasons.keys() - ENDED)
    expect("in doubt", len(history.in_doubt), 0)
    expect("still held", _balance(held(person, CURRENCY).code), 0)
    expect("money captured", _balance(MERCHANT), AMOUNT * kinds["captured"])
    left = AMOUNT * (number - kinds["captured"])
    expect("left in the wallet", _balance(wallet(person, CURRENCY).code), left)
    expect("discrepancies", len(discrepancies()), 0)


def _placed(person: UUID, number: int, seconds: float) -> list[Hold]:
    """Every third never expires; the others do, evenly over ``seconds``, so during the race."""
    purse = wallet(person, CURRENCY)
    lines = (Line(workload.spec(WORLD), -AMOUNT * number), Line(purse, AMOUNT * number))
    post(Posting("torture", "purse", lines, scope=SETUP))
    return [_place(person, n, seconds * n / number if n % 3 else None) for n in range(number)]


def _place(person: UUID, number: int, seconds: float | None) -> Hold:
    lasting = None if seconds is None else timedelta(seconds=seconds)
    amount = Money(AMOUNT, CURRENCY)
    hold = new_hold(user_id=person, amount=amount, purpose="order", lasting=lasting)
    return place_hold(hold, key=f"place-{number}", scope=SETUP, actor_id=None)


def _requests(name: str, holds: Sequence[Hold]) -> list[Request]:
    """One for each; the last part of its key is the hold."""
    return [Request(f"{name}:{hold.pk.hex}", ()) for hold in holds]


def _capture(request: Request) -> Answer:
    posted = capture_hold(
        hold_id=UUID(request.key.split(":")[1]),
        amount=Money(AMOUNT, CURRENCY),
        to=workload.spec(MERCHANT),
        key=request.key,
        scope=SCOPE,
        actor_id=None,
    )
    return workload.answer(posted)


def _void(request: Request) -> Answer:
    hold_id = UUID(request.key.split(":")[1])
    posted = void_hold(hold_id=hold_id, key=request.key, scope=SCOPE, actor_id=None)
    return workload.answer(posted)


def _sweep() -> None:
    """Until every hold has ended."""
    while Hold.objects.open().exists():
        expire_holds()
        time.sleep(0.01)


def _balance(code: str) -> int:
    found = Account.objects.filter(code=code).values_list("balance", flat=True)
    return sum(found)


WAYS: dict[str, Post] = {"capture": _capture, "void": _void}
