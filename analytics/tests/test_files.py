"""A report's files: every name of them makes one, its tables say what the report says, none runs."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest

from accounts.tests.factories import SellerFactory
from analytics.documents.files import file, file_names
from analytics.documents.table_csv import table_csv
from analytics.documents.table_parquet import table_parquet
from analytics.documents.tables import Column, Kind, Table, names
from analytics.queries import Days, SalesReport
from analytics.tests.factories import back, enter, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from core.errors import NotFound

WEEK = Days(date(2026, 3, 2), date(2026, 3, 8))
OF_EVERY_KIND = Table(
    "any",
    'Ann\'s "any"',
    (
        Column("name", "Name", Kind.TEXT),
        Column("from", "From", Kind.DAY),
        Column("orders", "Orders", Kind.COUNT),
        Column("net", "Net", Kind.MONEY),
        Column("lift", "Lift", Kind.RATE),
    ),
    [
        ('=cmd|"x"', date(2026, 3, 2), 3, -1_234_567, Decimal("0.1250")),
        ("Tee\nén, £", None, None, None, None),
    ],
)


@pytest.fixture
def report(db, bob):
    """Two mugs, of which one comes back."""
    mug = on_sale(price=300, title="-Mug", seller=SellerFactory(name="Ann", commission_rate=1000))
    enter(
        sale("1", datetime(2026, 3, 3, 12, tzinfo=UTC), PricedLine(mug, 2, 300), buyer=bob),
        back("1", datetime(2026, 3, 4, 12, tzinfo=UTC), {1: 1}),
    )
    return SalesReport(WEEK)


def queried(parquet, folder, select="* FROM {}"):
    path = folder / "file.parquet"
    path.write_bytes(parquet)
    return duckdb.execute(f"SELECT {select.format(repr(str(path)))}")


def test_csv_has_plain_decimals_and_runs_nothing():
    assert table_csv(OF_EVERY_KIND, "GBP").decode() == (
        "name,from,orders,net,lift\r\n"
        '"\'=cmd|""x""",2026-03-02,3,-12345.67,0.1250\r\n'
        '"Tee\nén, £",,,,\r\n'
    )


@pytest.mark.parametrize(("currency", "net"), [("JPY", "-1234567"), ("BHD", "-1234.567")])
def test_amounts_have_the_decimals_of_their_currency(tmp_path, currency, net):
    [row, _] = csv.DictReader(io.StringIO(table_csv(OF_EVERY_KIND, currency).decode()))
    found = queried(table_parquet(OF_EVERY_KIND, currency), tmp_path, "net FROM {}").fetchall()

    assert (row["net"], found) == (net, [(Decimal(net),), (None,)])


def test_parquet_has_the_same_values_typed(tmp_path):
    found = queried(table_parquet(OF_EVERY_KIND, "GBP"), tmp_path)

    assert [(name, str(kind)) for name, kind, *_ in found.description] == [
        ("name", "VARCHAR"),
        ("from", "DATE"),
        ("orders", "BIGINT"),
        ("net", "DECIMAL(18,2)"),
        ("lift", "DECIMAL(18,4)"),
    ]
    assert found.fetchall() == [
        ('=cmd|"x"', date(2026, 3, 2), 3, Decimal("-12345.67"), Decimal("0.1250")),
        ("Tee\nén, £", None, None, None, None),
    ]


def test_parquet_says_what_it_is_and_of_which_currency(tmp_path):
    kept = queried(
        table_parquet(OF_EVERY_KIND, "GBP"),
        tmp_path,
        "key, value FROM parquet_kv_metadata({})",
    )

    assert kept.fetchall() == [
        (b"title", b'Ann\'s "any"'),
        (b"currency", b"GBP"),
    ]


def test_every_table_is_a_csv_file_and_a_parquet_file(report, tmp_path):
    for name in names(report):
        text = file(report, f"{name}.csv").content.decode()
        rows = list(csv.reader(io.StringIO(text)))
        parquet = queried(file(report, f"{name}.parquet").content, tmp_path).df()
        assert (list(parquet.columns), len(parquet)) == (rows[0], len(rows) - 1), name


def test_a_file_says_how_it_is_saved(report):
    products = file(report, "products.csv")

    assert b",'-Mug,1,2,6.00,0.00,3.00,3.00," in products.content
    assert (products.name, products.headers) == (
        "products.csv",
        {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": (
                'attachment; filename="mercat-sales-2026-03-02-2026-03-08-products.csv"'
            ),
        },
    )


def test_a_file_reads_only_what_it_is_of(report, django_assert_num_queries):
    with django_assert_num_queries(1):
        file(report, "trend.csv")
    with django_assert_num_queries(0):
        file(report, "trend.parquet")
    with django_assert_num_queries(1):
        file(report, "hours.parquet")


@pytest.mark.parametrize("name", ["", "csv", ".csv", "trend", "trend.exe", "../trend.csv", "x.csv"])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(NotFound):
        file(SalesReport(WEEK), name)


def test_a_seller_has_no_file_of_sellers(report):
    own = SalesReport(WEEK, seller_id=report.sellers[0].key)

    assert [name for name in file_names(report) if name not in file_names(own)] == [
        name for name in file_names(report) if name.startswith("sellers.")
    ]
    with pytest.raises(NotFound):
        file(own, "sellers.csv")
