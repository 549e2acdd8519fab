"""The command, on the shipped file without a database and on the shop's orders."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from analytics.queries.purchases import purchases
from analytics.recommendations import catalogue
from analytics.recommendations.blend import Blend
from analytics.recommendations.ease import Ease
from analytics.recommendations.evaluation import Cut
from analytics.recommendations.popularity import Popularity
from analytics.tests.factories import enter, sale
from cart.pricing import PricedLine
from catalog.models import Product
from catalog.tests.factories import on_sale
from demo.sales_history import sales_history
from demo.tests.factories import row

AT = datetime(2026, 1, 2, 15, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def history():
    return sales_history()


@pytest.fixture
def quick(monkeypatch):
    """Two algorithms, the blend of fewer items than it could invert: seconds less."""
    blend = Blend(ease=Ease(most=200, keep=20))
    few = {"popularity": Popularity(), "blend": blend}
    monkeypatch.setattr(catalogue, "compared", lambda: few)


def test_the_shipped_file_is_read_as_the_protocol_says(history):
    cut = Cut(history, date(2011, 11, 1).toordinal(), date(2011, 12, 10).toordinal())

    popularity, recent = (cut.measured(Popularity(window=days)) for days in (None, 30))

    assert len(history.day) == 396_337
    assert len(cut.customers) == 1_440
    assert (round(popularity.ndcg10, 3), round(recent.ndcg10, 4)) == (0.038, 0.0785)


def test_what_is_served_is_above_the_bar_on_the_shipped_file(history):
    """The bar is 0.113; this is the figure of docs/recommendations.md."""
    cut = Cut(history, date(2011, 11, 1).toordinal(), date(2011, 12, 10).toordinal())

    served = cut.measured(catalogue.ALGORITHMS[catalogue.SERVED])

    assert served.ndcg10 == pytest.approx(0.1645, abs=0.0005)


def test_a_history_keeps_sales_of_goods_to_known_customers(write):
    path = write(
        row(sold_at="2011-07-01 00:30:00"),
        row(sku="22423", quantity="2", price="12.75", sold_at="2011-07-02 10:00:00"),
        row(customer=""),
        row(quantity="-1", invoice="C536380"),
        row(price="0.00"),
        row(sku="POST"),
    )

    history = sales_history(path)

    assert history.customers.tolist() == ["17850"]
    assert history.items.tolist() == ["85123A", "22423"]
    assert history.quantity.tolist() == [6, 2]
    assert history.price.tolist() == [2550, 12750]
    days = [date(2011, 7, 1).toordinal(), date(2011, 7, 2).toordinal()]
    assert history.day.tolist() == days
    assert history.until == days[1] + 1


def test_the_command_reads_no_database_and_prints_only_json(quick, capsys):
    call_command("evaluate_recommendations", json=True, cut=date(2011, 3, 1))

    said = json.loads(capsys.readouterr().out)
    assert (said["cut"], said["until"]) == ("2011-03-01", "2011-04-09")
    assert said["served"]["unseen"]["ndcg10"] > said["algorithms"]["popularity"]["unseen"]["ndcg10"]
    assert set(said["algorithms"]) == {"popularity", "blend"}


def test_the_shop_is_its_paid_orders_of_known_customers(db, bob):
    cup, plate = on_sale(price=450), on_sale(price=200)
    gone = on_sale(price=100)
    goods = [PricedLine(each, 2, each.price) for each in (cup, plate, gone)]
    enter(sale("1", AT, *goods, buyer=bob), sale("2", AT, goods[0]))
    enter(sale("3", AT + timedelta(days=1), goods[0], buyer=bob))
    Product.objects.filter(pk=gone.product_id).update(status=Product.Status.ARCHIVED)

    found = purchases(AT.date() + timedelta(days=1))

    assert found.customers.tolist() == [str(bob.pk)]
    assert sorted(found.items) == sorted([str(cup.product_id), str(plate.product_id)])
    by_item = {found.items[item]: n for n, item in enumerate(found.item)}
    assert found.price[by_item[str(cup.product_id)]] == 450
    assert found.quantity.tolist() == [2, 2]
    assert found.day.tolist() == [AT.date().toordinal()] * 2
    assert sorted(found.category) == [0, 1]


@pytest.mark.parametrize(("option", "day"), [("cut", date(9999, 12, 31)), ("until", date(1, 1, 5))])
def test_the_command_names_the_end_that_has_no_other(option, day):
    with pytest.raises(CommandError, match=f"^--{option}: "):
        call_command("evaluate_recommendations", **{option: day})


def test_the_command_refuses_a_window_without_days_and_a_shop_without_sales(db):
    with pytest.raises(CommandError, match="not after"):
        call_command("evaluate_recommendations", cut=date(2011, 3, 1), until=date(2011, 3, 1))
    with pytest.raises(CommandError, match="Nobody bought anything new"):
        call_command("evaluate_recommendations", shop=True)
