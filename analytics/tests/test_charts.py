"""Charts: of every table that is drawn, of no sales and of losses, always the same, and of any name."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image

from accounts.tests.factories import SellerFactory
from analytics.charts import CHARTS, charts, draw
from analytics.charts.bars import lifts, nets
from analytics.charts.heat import retention, week
from analytics.charts.lines import trend
from analytics.charts.sheets import Drawing, cut, drawn, number
from analytics.documents.tables import Table, table
from analytics.queries import Days, SalesReport
from analytics.tests.factories import back, enter, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from ledger.queries import Interval

WEEK = Days(date(2026, 3, 2), date(2026, 3, 8))


def at(day, hour=12):
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.fixture
def report(db, bob):
    """A mug, and a cup that comes back after the week in which it was sold."""
    ann = SellerFactory(name="Ann", commission_rate=1000)
    mug = on_sale(price=30_050, title="Mug $1 & <b>$2 \u6f22\n", seller=ann)
    cup = on_sale(price=200, title="Cup " * 20, seller=ann)
    enter(
        sale("1", at(1), PricedLine(cup, 1, 200), buyer=bob),
        sale("2", at(3, 9), PricedLine(mug, 2, 30_050), buyer=bob),
        back("1", at(4), {1: 1}),
    )
    return SalesReport(WEEK)


def drawing(report, name):
    return Drawing(table(report, name), report.currency, report.days)


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def texts(axes):
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_a_titled_svg_and_a_large_png(report, name):
    svg = draw(report, name, "svg").decode()
    picture = Image.open(BytesIO(draw(report, name, "png")))

    assert re.search(r"<title>[A-Z][\w ,:%-]+</title>", svg)
    assert not re.search(r"<(script|image|foreignObject)", svg)
    assert (picture.format, picture.width) == ("PNG", 1280)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("form", ["svg", "png"])
def test_the_same_figures_make_the_same_bytes(report, name, form):
    assert draw(report, name, form) == draw(SalesReport(WEEK), name, form)


@pytest.mark.parametrize("name", CHARTS)
def test_no_sales_and_a_single_day_can_be_drawn(db, name):
    day = Days(WEEK.first, WEEK.first)

    assert draw(SalesReport(day), name, "svg").startswith(b"<?xml")


def test_lines_stand_at_what_they_are_of_in_the_currency(report):
    [axes] = trend(drawing(report, "trend")).axes
    lines = {line.get_label(): list(line.get_ydata()) for line in axes.lines}

    assert lines["Net"] == [0.0, 601.0, -2.0, 0.0, 0.0, 0.0, 0.0]
    assert lines["The days before"] == [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0]
    assert axes.get_ylabel() == "Net, GBP"
    assert ticks(axes.xaxis) == ["2 Mar\n2026", *(f"{day} Mar" for day in range(3, 9))]


def test_a_line_ends_where_there_is_no_whole_week_to_average(report):
    weeks = SalesReport(Days(date(2026, 3, 2), date(2026, 3, 10)), Interval.WEEK)

    [axes] = trend(drawing(weeks, "trend")).axes

    lines = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    assert lines["The days before"] == [0.0, 2.0]
    assert [str(each) for each in lines["Moving average"]] == ["150.25", "nan"]


def test_the_year_is_said_where_it_begins(db):
    months = SalesReport(Days(date(2025, 11, 1), date(2026, 2, 28)), Interval.MONTH)

    [axes] = trend(drawing(months, "trend")).axes

    assert ticks(axes.xaxis) == ["1 Nov\n2025", "1 Dec", "1 Jan\n2026", "1 Feb"]


def test_bars_have_names_that_fit_and_exact_amounts_also_below_zero(report):
    [axes] = nets(drawing(report, "products")).axes

    assert ticks(axes.yaxis) == ["Mug $1 & <b>$2 \ufffd", "Cup Cup Cup Cup Cup Cup Cup Cup C…"]
    assert texts(axes) == ["601.00", "\u22122.00"]
    assert [bar.get_width() for bar in axes.patches] == [601.0, -2.0]


def test_a_week_is_seven_rows_of_hours(report):
    axes, scale = week(drawing(report, "hours")).axes
    cells = axes.collections[0].get_array()

    assert (cells.shape, cells.sum(), cells[1][9]) == ((7, 24), 1, 1)
    assert (ticks(axes.yaxis)[0], axes.yaxis_inverted()) == ("Monday", True)
    assert scale.get_ylabel() == "Orders"


def test_a_cohort_has_who_joined_and_per_cent_of_them_and_none_where_nobody_joined(db):
    months = [date(2026, month, 1) for month in (1, 2, 3)]
    columns = table(SalesReport(WEEK), "cohorts").columns
    rows = [
        (months[0], 0, 40, Decimal(1)),
        (months[0], 1, 10, Decimal("0.25")),
        (months[0], 2, 0, Decimal(0)),
        (months[1], 0, 0, Decimal(0)),
        (months[1], 1, 0, Decimal(0)),
        (months[2], 0, 1_234, Decimal(1)),
    ]

    [axes] = retention(Drawing(Table("cohorts", "Cohorts", columns, rows), "GBP", WEEK)).axes

    assert texts(axes) == ["40", "0", "1,234", "25", "0"]
    assert ticks(axes.xaxis) == ["Joined", "1", "2"]


def test_months_without_newcomers_are_drawn(report):
    spring = SalesReport(Days(date(2026, 2, 1), date(2026, 3, 31)))

    [axes] = retention(drawing(spring, "cohorts")).axes

    assert ticks(axes.yaxis) == ["Feb 2026", "Mar 2026"]
    assert texts(axes) == ["0", "1"]


def test_nothing_is_said_of_where_there_is_nothing(db):
    [axes] = lifts(drawing(SalesReport(WEEK), "pairs")).axes

    assert (texts(axes), ticks(axes.xaxis)) == (["Nothing on these days"], [])


def test_a_chart_reads_only_what_it_is_of(report, django_assert_num_queries):
    with django_assert_num_queries(1):
        draw(report, "trend", "svg")
    with django_assert_num_queries(1):
        draw(report, "hours", "png")


def test_a_seller_has_no_chart_of_sellers(report):
    own = SalesReport(WEEK, seller_id=report.sellers[0].key)

    assert set(CHARTS) - set(charts(own)) == {"sellers"}
    with pytest.raises(KeyError):
        draw(own, "sellers", "svg")


@pytest.mark.parametrize(
    ("words", "shown"), [("Mug", "Mug"), ("A big mug", "A big…"), ("a\x00 \n b", "a\ufffd b")]
)
def test_names_are_cut_and_have_only_what_can_be_drawn(words, shown):
    assert cut(words, 6) == shown


def test_figures_have_true_minus_signs_and_thousands():
    assert number(-1_234_567) == "\u22121,234,567"


def test_matplotlib_is_loaded_to_draw_and_pyplot_never(report):
    """pyplot keeps figures for the whole process; matplotlib alone takes a second to load."""
    seen = "print('matplotlib' in sys.modules)"
    code = f"import sys, django; django.setup(); import analytics.documents.files; {seen}"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )

    drawn(trend(drawing(report, "trend")), "png")

    assert loaded.stdout.strip() == "False"
    assert "matplotlib.pyplot" not in sys.modules
