"""The days that a report is about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from django.utils import timezone

from core.errors import Invalid

LONGEST = 366
USUAL = "30d"
EARLIEST, LATEST = date(1970, 1, 1), date(2999, 12, 31)
LAST_DAYS = re.compile(r"(\d{1,3})d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Days:
    """``first`` to ``last``, both included, as the shop's clock has them."""

    first: date
    last: date

    @classmethod
    def between(cls, first: date, last: date) -> Self:
        """:raises Invalid: none, more than 366, or any before 1970 or after 2999."""
        days = cls(first, last)
        for field, day in (("from", first), ("to", last)):
            if not EARLIEST <= day <= LATEST:
                raise Invalid(f"Ask for days from {EARLIEST} to {LATEST}.", field=field)
        if days.count < 1:
            raise Invalid("This is after `to`.", field="from")
        if days.count > LONGEST:
            raise Invalid(f"Ask for {LONGEST} days at most.", field="from")
        return days

    @classmethod
    def up_to(cls, today: date, text: str) -> Self:
        """``30d``: the last thirty days, today the last of them.

        :raises Invalid: it is not of this form, or not 7 to 365 days.
        """
        asked = LAST_DAYS.fullmatch(text)
        count = int(asked[1]) if asked else 0
        if not 7 <= count <= 365:
            raise Invalid("Ask for 7d to 365d.", field="range")
        return cls(today - timedelta(days=count - 1), today)

    @classmethod
    def asked(
        cls, today: date, text: str = "", first: date | None = None, last: date | None = None
    ) -> Self:
        """By a range such as ``30d``, which is the usual one, or else by ``first``, to ``last`` or today.

        :raises Invalid: a range and days, ``last`` alone, or what the other two refuse.
        """
        if text and (first or last):
            raise Invalid("Give a range or days, not both.", field="range")
        if last and not first:
            raise Invalid("Say from when, too.", field="from")
        return cls.between(first, last or today) if first else cls.up_to(today, text or USUAL)

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(self.count))

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def previous(self) -> "Days":
        """As many days, up to the one before ``first``."""
        return self.earlier(self.count)

    def earlier(self, by: int) -> "Days":
        """As many days, each ``by`` days before."""
        return Days(self.first - timedelta(days=by), self.last - timedelta(days=by))

    @property
    def months(self) -> tuple[date, date]:
        """The first days of the months of ``first`` and ``last``."""
        return self.first.replace(day=1), self.last.replace(day=1)


def day_of(at: datetime) -> date:
    """The shop's day at an instant."""
    return timezone.localdate(at, timezone.get_default_timezone())


def following(month: date) -> date:
    """The month after one, both by their first days."""
    return (month + timedelta(days=31)).replace(day=1)
