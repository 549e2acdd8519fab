"""Open the accounts that are measured, with money on them."""

from bench.ledger_parts.accounts import ACCOUNTS, OPENING_BALANCE, wallet
from ledger.chart import funding
from ledger.postings import Line, Posting
from ledger.services import post_batch

BATCH = 500


def main() -> None:
    for first in range(1, ACCOUNTS + 1, BATCH):
        post_batch([_deposit(number) for number in range(first, first + BATCH)])


def _deposit(number: int) -> Posting:
    lines = (Line(funding("GBP"), -OPENING_BALANCE), Line(wallet(number), OPENING_BALANCE))
    return Posting("deposit", f"open-{number}", lines, scope="bench")
