"""Every row of the shipped file is accounted for, month by month and to the tenth of a penny."""

from decimal import Decimal

import pytest
from django.conf import settings

from demo.document import MARK, tables, with_tables
from demo.online_retail import read
from demo.rows import Reason
from demo.tally import Reconciliation, Total, pounds
from demo.tests.factories import row

pytestmark = pytest.mark.xdist_group("shipped")  # so that one worker reads the whole file once


def reconciled(items):
    outcome = Reconciliation()
    for item in items:
        outcome.add(item)
    return outcome


@pytest.fixture(scope="module")
def shipped():
    """The whole file, read once: that takes seconds."""
    return reconciled(read())


REJECTED = {
    Reason.UNPARSABLE: (0, "0.000"),
    Reason.BAD_DEBT_ADJUSTMENT: (3, "-11062.060"),
    Reason.BOOKKEEPING: (16, "13989.141"),
    Reason.UNKNOWN_CODE: (0, "0.000"),
    Reason.WRONG_SIGN: (1336, "0.000"),
    Reason.ZERO_PRICE: (1179, "0.000"),
    Reason.NEGATIVE_PRICE: (0, "0.000"),
    Reason.MISSING_DESCRIPTION: (0, "0.000"),
    Reason.CANCELLED_BY_NOBODY: (383, "-285470.400"),
    Reason.CANCELS_TOO_MUCH: (1387, "-142593.900"),
}


def test_the_whole_file_reconciles(shipped):
    whole = shipped.whole

    assert (whole.read.lines, str(whole.read.money)) == (541_909, "9747747.934")
    assert len(shipped.invoices) == 25_900
    assert len(shipped.customers - {""}) == 4_372
    assert len(shipped.codes) == 4_070
    assert len({code.upper() for code in shipped.codes}) == 3_958
    assert (whole.sold.lines, str(whole.sold.money)) == (397_872, "8911242.900")
    assert (whole.guests.lines, str(whole.guests.money)) == (132_215, "1730390.440")
    assert (whole.refunded.lines, str(whole.refunded.money)) == (7_518, "-506812.660")
    assert {r: (t.lines, str(t.money)) for r, t in whole.rejected.items()} == REJECTED
    assert (whole.rounding.lines, str(whole.rounding.money)) == (3, "0.003")
    assert (whole.repriced.lines, str(whole.repriced.money)) == (430, "38064.470")


def test_every_month_reconciles(shipped):
    assert shipped.is_balanced
    assert (len(shipped.months), min(shipped.months), max(shipped.months)) == (
        13,
        "2010-12",
        "2011-12",
    )
    reads = [tally.read for tally in shipped.months.values()]
    assert sum(reads, Total()) == shipped.whole.read
    assert shipped.months["2010-12"].read.money == Decimal("748957.020")


def test_the_document_shows_what_the_file_holds(shipped):
    text = (settings.BASE_DIR / "docs" / "demo-data.md").read_text(encoding="utf-8")

    assert with_tables(text, shipped) == text


def test_tables_go_below_the_mark_only():
    with pytest.raises(ValueError, match="no line"):
        with_tables("nothing marked", Reconciliation())
    assert with_tables(f"above\n{MARK}old", Reconciliation()).startswith(f"above\n{MARK}\n")
    assert "| Sold to customers | 0 | 0.000 |" in tables(Reconciliation())


def small(write):
    rows = [
        row(),
        row(customer="", price="0.015", quantity="5"),
        row(invoice="C1", quantity="-2", price="2.00"),
        row(sku="S"),
        "garbage",
    ]
    return list(read(write(*rows)))


def test_each_row_counts_once_with_its_money(write):
    outcome = reconciled(small(write))

    whole = outcome.whole
    assert outcome.is_balanced
    assert (whole.read.lines, whole.read.mills) == (5, 15300 + 75 - 4000 + 15300)
    assert (whole.sold, whole.guests) == (Total(1, 15300), Total(1, 80))
    assert (whole.refunded, whole.repriced) == (Total(1, -5100), Total(1, 1100))
    assert whole.rounding == Total(1, -5)
    assert whole.rejected[Reason.BOOKKEEPING] == Total(1, 15300)
    assert whole.rejected[Reason.UNPARSABLE] == Total(1, 0)
    assert pounds(whole.rounding.mills) == Decimal("-0.005")


@pytest.mark.parametrize(("lines", "mills"), [(1, 0), (0, 1)])
def test_what_got_lost_is_noticed(write, lines, mills):
    outcome = reconciled(small(write))

    outcome.whole.read.lines += lines
    outcome.whole.read.mills += mills

    assert not outcome.is_balanced


def test_a_month_that_lost_a_row_is_noticed(write):
    outcome = reconciled(small(write))
    outcome.months.clear()

    assert not outcome.is_balanced


def test_a_table_has_a_line_for_each_outcome(write):
    table = reconciled(small(write)).whole.table()

    assert len(table) == 16
    assert table[0].split() == ["Read", "5", "26.675"]
    assert {len(line) for line in table} == {75}
