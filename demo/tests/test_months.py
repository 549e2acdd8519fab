"""The whole sales file in the books and counted.

Each month's net is the file's, less what was rejected, and less what cancellations bear that were not made
at the price of the sale: a refund is worth what was paid. ``demo.tally`` counts both by name.
"""

import csv
import lzma
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.queries import Days, summary
from analytics.queries.days import following
from analytics.services import rebuild_month
from analytics.tests.ledgers import assert_facts_equal_ledger
from demo.importer import Import
from demo.online_retail import SHIPPED
from demo.tally import Tally, Total
from demo.tests.test_facts import net_of

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.xdist_group("shipped"),
    pytest.mark.no_cover,  # what it runs others run, too, and it would take twice as long
]

HELD = {
    "2010-12": "748957.02",
    "2011-01": "560000.26",
    "2011-05": "723333.51",
    "2011-11": "1461756.25",
    "2011-12": "433668.01",
}
"""What the file's lines come to in a month, quantity times price."""

REJECTED = {
    "2010-12": "-53054.31",
    "2011-01": "-43455.24",
    "2011-05": "-35407.75",
    "2011-11": "-23310.87",
    "2011-12": "-31413.56",
}
"""Mostly cancellations of what the file does not say was sold, so that the net is higher without them."""

REPRICED = {
    "2010-12": "-44.91",
    "2011-01": "41.46",
    "2011-05": "3024.02",
    "2011-11": "-3.64",
    "2011-12": "116.98",
}
"""What cancelled lines come to at the price that they bear, less at what was paid; both are below zero."""

NETS = {
    "2010-12": "802056.24",
    "2011-01": "603414.04",
    "2011-05": "755717.24",
    "2011-11": "1485070.76",
    "2011-12": "464964.59",
}


def held() -> Counter[str]:
    """The same, by nothing but the csv module; in tenths of a penny."""
    months: Counter[str] = Counter()
    with lzma.open(SHIPPED, "rt", encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            mills = Decimal(row["UnitPrice"]).scaleb(3) * int(row["Quantity"])
            months[row["InvoiceDate"][:7]] += int(mills)
    return months


def parts(tally: Tally) -> tuple[str, ...]:
    """What the month holds, and what of that is rejected, repriced and rounded."""
    rejected = sum(tally.rejected.values(), Total())
    totals = (tally.read, rejected, tally.repriced, tally.rounding)
    return tuple(f"{total.money:.2f}" for total in totals)


def test_the_nets_of_the_whole_file(db):
    run = Import()
    run.run(at=datetime(2026, 1, 1, tzinfo=UTC))

    read = held()
    for name, tally in run.outcome.months.items():
        assert tally.read.mills == read[name]
        if name in HELD:
            first = date.fromisoformat(f"{name}-01")
            rebuild_month(first)
            days = Days(first, following(first) - timedelta(days=1))
            net = summary(days).figures.net
            assert parts(tally) == (HELD[name], REJECTED[name], REPRICED[name], "0.00")
            assert (net * 10, str(Decimal(net).scaleb(-2))) == (net_of(tally), NETS[name])
            assert_facts_equal_ledger(days)
