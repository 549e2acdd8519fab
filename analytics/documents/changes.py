"""How figures stand to those of the days before."""

from decimal import Decimal

from core.money import rounded


def change(now: int, before: int) -> Decimal | None:
    """By which part of ``before`` it grew: 0.125 is an eighth more; three decimals, half to even.

    None where there was nothing to grow.
    """
    if not before:
        return None
    return Decimal(rounded((now - before) * 1000, abs(before))).scaleb(-3)
