"""The reports of the sales file: each month's net is what was read, less what did not come to be sold or
refunded as the file has it, which ``demo.tally`` counts by name."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command

from analytics.queries import Days, summary
from analytics.queries.days import following
from analytics.tests.factories import count, rows
from demo.importer import Import
from demo.tally import Tally

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
SALES = """\
536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
C536366,71053,WHITE METAL LANTERN,-1,2010-12-31 09:00:00,3.50,17850.0,United Kingdom
536367,POST,POSTAGE,1,2010-12-31 23:59:00,18.00,12345.0,EIRE
536368,85123A,WHITE HANGING HEART T-LIGHT HOLDER,1,2011-01-01 00:00:00,2.55,,EIRE
536369,PADS,PADS TO MATCH ALL CUSHIONS,15,2011-01-02 09:30:00,0.001,12345.0,EIRE
C536371,71053,WHITE METAL LANTERN,-9,2011-01-03 09:40:00,3.39,17850.0,United Kingdom
A536370,B,Adjust bad debt,1,2011-01-04 10:00:00,-20.00,,United Kingdom
C536372,85123A,WHITE HANGING HEART T-LIGHT HOLDER,-2,2011-01-31 23:30:00,2.55,17850.0,United Kingdom
"""


@pytest.fixture
def months(db, tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text(HEADER + SALES)
    run = Import(path)
    run.run(at=datetime(2026, 1, 1, tzinfo=UTC))
    return run.outcome.months


def net_of(tally: Tally) -> int:
    """In tenths of a penny: without what was rejected, what rounding to pennies made more or less, and what
    cancellations bear beyond the price of the sale."""
    rejected = sum(total.mills for total in tally.rejected.values())
    return tally.read.mills - rejected - tally.rounding.mills - tally.repriced.mills


def test_each_months_net_is_what_was_read_less_what_was_rejected_rounded_and_repriced(months):
    count()

    for name, tally in months.items():
        first = date.fromisoformat(f"{name}-01")
        days = Days(first, following(first) - timedelta(days=1))
        assert summary(days).figures.net * 10 == net_of(tally)
    assert {name: net_of(tally) for name, tally in months.items()} == {
        "2010-12": 15_300 + 20_340 - 3_390 + 18_000,
        "2011-01": 2_550 + 20 - 5_100,
    }


def test_the_files_facts_can_be_built_anew(months):
    count()
    counted = rows()

    call_command("rebuild_facts", "--from", "2010-12-01", "--to", "2011-01-31")

    assert rows() == counted
