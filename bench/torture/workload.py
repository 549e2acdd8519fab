"""What workers ask for, and whose accounts they ask it of."""

import time
from collections.abc import Iterable, Iterator
from itertools import count
from random import Random
from uuid import UUID

from bench.torture.journal import Answer, Request
from ledger.chart import AccountSpec
from ledger.models import Account
from ledger.postings import Line, Posted, Posting
from ledger.services import post_batch

SCOPE = "torture"
SETUP = "torture-setup"

CURRENCY = "GBP"
WORLD = "torture:world"
"""The account without a floor, which everything comes from."""

INITIAL = 1_000
"""Minor units that a pot begins with."""


def pots(number: int, prefix: str = "pot") -> list[str]:
    """Codes of accounts that may not go below zero."""
    return [f"torture:{prefix}:{n}" for n in range(number)]


def spec(code: str) -> AccountSpec:
    if code == WORLD:
        return AccountSpec(code, Account.Kind.CLEARING, CURRENCY, min_balance=None, tier=1)
    return AccountSpec(code, Account.Kind.WALLET, CURRENCY)


def posting(request: Request, scope: str = SCOPE) -> Posting:
    lines = tuple(Line(spec(code), amount) for code, amount in request.lines)
    reverses = UUID(request.reverses) if request.reverses else None
    return Posting("torture", request.key, lines, scope=scope, reverses=reverses)


def answer(posted: Posted) -> Answer:
    balances = {
        code: (after.balance.amount, after.version) for code, after in posted.balances.items()
    }
    return Answer(str(posted.transaction_id), balances, posted.replayed)


def fill(codes: Iterable[str], amount: int = INITIAL) -> None:
    """Give each account of ``codes`` its first money."""
    requests = [Request(code, ((WORLD, -amount), (code, amount))) for code in codes]
    post_batch([posting(request, SETUP) for request in requests])


def transfers(worker: str, codes: list[str]) -> Iterator[Request]:
    """Endless: between two accounts or three, mostly small, at times more than there can be.

    About every seventh is refused. The same for each run of a ``worker`` of that name.
    """
    random = Random(worker)
    for number in count():
        source, target, third = random.sample(codes, 3)
        most = 3 * INITIAL if random.random() < 0.2 else INITIAL // 5
        amount = random.randint(2, most)
        fee = random.choice((0, 0, 0, 1))
        lines = ((source, -amount), (target, amount - fee), (third, fee))
        yield Request(f"{worker}-{number}", tuple(line for line in lines if line[1]))


def lasting(seconds: float, requests: Iterable[Request]) -> Iterator[Request]:
    """``requests`` until ``seconds`` after the first was asked for."""
    deadline = time.monotonic() + seconds
    for request in requests:
        if time.monotonic() > deadline:
            return
        yield request
