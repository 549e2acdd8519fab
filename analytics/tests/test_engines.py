"""DuckDB over an export says what the database says; and exports are whole, or not there."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import Seller
from analytics.documents.tables import names, table
from analytics.engines import DATABASE, chosen
from analytics.engines.duck import DuckDB
from analytics.engines.exports import NoExport, latest
from analytics.models import PairFact
from analytics.queries import Days, SalesReport, pairs
from analytics.services import exporting
from analytics.services.exporting import export_facts
from analytics.tests.factories import count, enter, sale
from analytics.tests.test_rebuild import START, History, steps
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from ledger.queries import Interval

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SPANS = (
    Days(date(2011, 2, 20), date(2011, 4, 20)),
    Days(date(2011, 3, 10), date(2011, 3, 16)),
    Days(date(2010, 6, 1), date(2010, 6, 30)),
)


def everything(days, seller_id, engine):
    """Every table of a report, and pairs that a small shop has few of."""
    report = SalesReport(days, Interval.WEEK, seller_id, engine)
    tables = {name: table(report, name).rows for name in names(report)}
    return tables | {"pairs": pairs(days, seller_id, engine, at_least=1)}


@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(happened=steps, data=st.data())
def test_every_engine_gives_the_same_answers(db, tmp_path_factory, happened, data):
    with transaction.atomic():
        history = History(data.draw)
        for what, later, number in happened:
            getattr(history, what)(START + later, number)
        count()
        duckdb = DuckDB(export_facts(tmp_path_factory.mktemp("facts"), at=NOW))

        for days in SPANS:
            for seller_id in (None, *Seller.objects.values_list("pk", flat=True)):
                assert everything(days, seller_id, duckdb) == everything(days, seller_id, DATABASE)
        transaction.set_rollback(True)


@pytest.fixture
def cup(db):
    return on_sale(price=100)


def sell(cup, number, days=0):
    enter(sale(f"old:{number}", START + timedelta(days=days), PricedLine(cup, 2, 100)))


def test_an_export_is_as_of_when_it_was_made(cup, tmp_path):
    sell(cup, 1)
    sell(cup, 2, days=70)
    first = export_facts(tmp_path, at=NOW)
    before = DuckDB(latest(tmp_path))
    sell(cup, 3)

    second = export_facts(tmp_path, at=LATER)

    orders = [
        SalesReport(SPANS[0], engine=each).summary.figures.orders
        for each in (before, DuckDB(second), DATABASE)
    ]
    assert orders == [1, 2, 2]
    assert (first.made_at, latest(tmp_path)) == (NOW, second)
    assert first.rows == {
        "sales": 2,
        "customers": 2,
        "hours": 2,
        "pairs": 2,
        "newcomers": 1,
        "seller_newcomers": 1,
    }
    assert sorted(path.name for path in (second.folder / "sales").iterdir()) == [
        "month=2011-02-01",
        "month=2011-03-01",
        "month=2011-04-01",
        "month=2011-05-01",
    ]


def test_an_export_that_fails_leaves_the_one_before(cup, tmp_path, monkeypatch):
    sell(cup, 1)
    whole = export_facts(tmp_path, at=NOW)
    files = sorted(tmp_path.rglob("*"))

    def stop(done, of):
        if done == of:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_facts(tmp_path, at=LATER, on_step=stop)

    assert latest(tmp_path) == whole
    assert sorted(tmp_path.rglob("*")) == files


def test_the_one_before_is_kept_and_older_ones_are_not(db, tmp_path):
    (tmp_path / "20110101T000000000000Z.part").mkdir()
    made = [export_facts(tmp_path, at=NOW + timedelta(hours=n)).folder for n in range(3)]

    assert sorted(path for path in tmp_path.iterdir() if not path.is_symlink()) == made[1:]
    assert latest(tmp_path).folder == made[2]


def test_the_setting_names_the_engine(cup, tmp_path, settings):
    settings.REPORTS_EXPORT = tmp_path
    assert SalesReport(SPANS[0]).engine is DATABASE
    settings.REPORTS_ENGINE = "duckdb"
    with pytest.raises(NoExport, match="No facts have been exported"):
        chosen()

    sell(cup, 1)
    call_command("export_facts", stdout=(said := StringIO()))
    PairFact.objects.all().delete()

    assert SalesReport(SPANS[0]).summary.figures.orders == 1
    assert pairs(SPANS[0], engine=chosen()) == []
    assert "1 of sales, 1 of customers, 1 of hours, 1 of pairs, 1 of newcomers" in said.getvalue()
    assert exporting.latest(tmp_path).rows["pairs"] == 1
