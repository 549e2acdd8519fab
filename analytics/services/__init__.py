"""Keeping the facts."""

from analytics.services.counting import count_orders
from analytics.services.rebuilding import months, rebuild_month

__all__ = ["count_orders", "months", "rebuild_month"]
