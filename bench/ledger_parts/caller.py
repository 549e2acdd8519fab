"""One of the processes that post through the service, one transfer after the other."""

import random
import time

from bench.in_django import wait_for_others
from bench.ledger_parts.accounts import ACCOUNTS, wallet
from core.ids import uuid7
from ledger.postings import Line, Posting
from ledger.services import post


def main(*, seconds: float) -> int:
    """Post for ``seconds``, from when all processes are ready. Answers how many were posted."""
    post(_transfer())  # the connection is there, and stays
    wait_for_others()
    posted, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        post(_transfer())
        posted += 1
    return posted


def _transfer() -> Posting:
    payer, payee = random.sample(range(1, ACCOUNTS + 1), 2)
    amount = random.randint(1, 1000)
    lines = (Line(wallet(payer), -amount), Line(wallet(payee), amount))
    return Posting("transfer", uuid7().hex, lines, scope="bench")
