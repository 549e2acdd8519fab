"""A report as PDF: exact changes, what is known and no more, the same bytes again."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.tests.factories import SellerFactory
from analytics.documents import report_pdf as pdf
from analytics.documents.changes import change
from analytics.documents.files import file
from analytics.documents.tables import table
from analytics.queries import Days, SalesReport
from analytics.tests.factories import enter, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale

WEEK = Days(date(2026, 3, 2), date(2026, 3, 8))


@pytest.fixture
def report(db, bob):
    mug = on_sale(price=300, title="<b>Mug</b>\n&", seller=SellerFactory(name="Ann <i>"))
    enter(
        sale("1", datetime(2026, 3, 1, 12, tzinfo=UTC), PricedLine(mug, 4, 300), buyer=bob),
        sale("2", datetime(2026, 3, 3, 12, tzinfo=UTC), PricedLine(mug, 5, 300), buyer=bob),
    )
    return SalesReport(WEEK)


def cells(flowable):
    return flowable._cellvalues


@pytest.mark.parametrize("seller", [False, True])
def test_a_pdf_is_short_and_always_the_same(report, seller):
    ours = SalesReport(WEEK, seller_id=report.sellers[0].key if seller else None)

    found, again = (file(each, "report.pdf") for each in (ours, ours))

    assert re.match(rb"%PDF-1\.\d", found.content)
    assert len(re.findall(rb"/Type /Page\b", found.content)) <= 8
    assert found.content == again.content
    assert found.headers["Content-Disposition"] == (
        'inline; filename="mercat-sales-2026-03-02-2026-03-08-report.pdf"'
    )


def test_tiles_show_figures_and_their_change(report):
    first, _, second = pdf._tiles(report)

    assert cells(first) == [
        ["Net", "Orders", "Average order", "Customers"],
        ["15.00", "1", "15.00", "1"],
        [f"{part} % on the days before" for part in ("+25.0", "0.0", "+25.0", "0.0")],
    ]
    assert cells(second)[2][1] == "none in the days before"


def test_tables_list_what_is_known(report):
    rows = cells(pdf._listed(report, table(report, "categories")))

    assert rows[0] == ["Name", "Units", "Gross", "Refunds", "Net"]
    assert [row[1:] for row in rows[1:]] == [["5", "15.00", "0.00", "15.00"]]
    assert cells(pdf._listed(report, table(report, "products")))[1][0] == "<b>Mug</b> &"
    assert pdf._listed(report, table(report, "hours")) is None


def test_no_sales_are_a_pdf_as_well(db):
    assert pdf.report_pdf(SalesReport(WEEK)).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("now", "before", "grown"),
    [(125, 100, "0.25"), (0, 300, "-1"), (-50, -100, "0.5"), (1, 3, "-0.667"), (5, 0, None)],
)
def test_change_is_a_part_of_what_was_before(now, before, grown):
    assert change(now, before) == (None if grown is None else Decimal(grown))
