"""Account codes as beancount's account names: readable, and never two codes under one name."""

import re
from collections.abc import Mapping
from functools import lru_cache

from ledger.queries.places import Section, place_of

ROOTS: Mapping[Section, str] = {
    Section.ASSETS: "Assets",
    Section.LIABILITIES: "Liabilities",
    Section.INCOME: "Income",
    Section.EXPENSES: "Expenses",
}

WORD = re.compile(r"[a-z][a-z0-9]*")
NUMBER = re.compile(r"[0-9][a-z0-9]*")
CURRENCY = re.compile(r"[A-Z]{2,}(#[0-9]+)?")
OTHER = re.compile(r"[^A-Za-z0-9]")


@lru_cache(maxsize=10_000)
def account_name(code: str, kind: str) -> str:
    """``platform:commission:GBP#3`` is ``Income:Platform:Commission:GBP-3``.

    A part becomes a capitalised word, stays as it is, or is spelled out behind ``X-``; the three
    look different, so each can be read back (a code has one kind, and so one root).
    """
    root = ROOTS[place_of(kind).section]
    return ":".join([root, *(_part(part) for part in code.split(":"))])


def _part(part: str) -> str:
    if WORD.fullmatch(part):
        return part.capitalize()
    if NUMBER.fullmatch(part):
        return part
    if CURRENCY.fullmatch(part):
        return part.replace("#", "-")
    return "X-" + OTHER.sub(lambda found: f"-{ord(found[0]):x}-", part)
