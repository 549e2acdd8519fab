"""The whole sales file in the books and counted: each month's net is the file's less what was rejected."""

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
from demo.tests.test_facts import net_of

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("shipped")]

HELD = {
    "2010-12": "748957.02",
    "2011-01": "560000.26",
    "2011-05": "723333.51",
    "2011-11": "1461756.25",
    "2011-12": "433668.01",
}
"""What the file's lines come to in a month, quantity times price."""

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
            assert (str(tally.read.money.normalize()), net * 10) == (HELD[name], net_of(tally))
            assert str(Decimal(net).scaleb(-2)) == NETS[name]
            assert_facts_equal_ledger(days)
