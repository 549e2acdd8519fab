"""Keeping the facts, and what came of recommendations."""

from analytics.services.counting import count_orders
from analytics.services.exposures import note_followed, note_shown
from analytics.services.rebuilding import months, rebuild_month

__all__ = [
    "count_orders",
    "months",
    "note_followed",
    "note_shown",
    "rebuild_month",
]
