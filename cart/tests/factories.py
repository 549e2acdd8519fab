"""Promotions for tests: ten per cent off everything, by itself, unless told otherwise."""

from datetime import UTC, datetime
from typing import Any

from cart.models import Promotion

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
NUMBERS = {
    "percentage": {"rate": 1000},
    "fixed": {"amount": 500},
    "free_shipping": {},
    "buy_x_get_y": {"buys": 2, "gets": 1, "rate": 10_000},
}


def promotion(kind: str = "percentage", **columns: Any) -> Promotion:
    """An unsaved one."""
    usual = {"name": "Ten off", "kind": kind, "currency": "GBP", "starts_at": BEGINNING}
    return Promotion(**{**usual, **NUMBERS[kind], **columns})


def offered(kind: str = "percentage", **columns: Any) -> Promotion:
    """One that shoppers may be given."""
    made = promotion(kind, **columns)
    made.save()
    return made
