"""Facts built anew from the orders are the facts that came of the news, row by row."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tests.factories import SellerFactory, UserFactory
from analytics.models import HourFact, Newcomer, SalesFact, SellerNewcomer
from analytics.queries import Days, summary
from analytics.queries.days import following
from analytics.services import months, rebuild_month
from analytics.tests.factories import FACTS, back, count, enter, rows, sale, totals, waiting
from analytics.tests.ledgers import assert_facts_equal_ledger
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from orders.models import Order
from orders.services import Wanted, cancel_order, place_order, record_past
from orders.tests.factories import from_wallet, give

START = datetime(2011, 2, 25, 22, 30, tzinfo=UTC)

SPRING = date(2011, 2, 1), date(2011, 6, 30)
"""Nothing happens later."""


@pytest.fixture
def cup(db):
    return on_sale(price=100)


def rebuild():
    for month in months():
        rebuild_month(month)


def line(draw, variant):
    """Some of it, at a price with parts that fit together."""
    quantity = draw(st.integers(1, 4))
    subtotal, shipping = quantity * variant.price, draw(st.integers(0, 300))
    discount = draw(st.integers(0, subtotal))
    parts = {
        "shipping": shipping,
        "discount": discount,
        "sponsored": draw(st.integers(0, discount)),
        "tax": draw(st.integers(0, 99)),
        "tax_included": draw(st.integers(0, subtotal - discount)),
    }
    return PricedLine(variant, quantity, variant.price, **parts)


steps = st.lists(
    st.tuples(
        st.sampled_from(["sale", "sale", "buy", "refund", "cancel", "count", "rebuild"]),
        st.timedeltas(timedelta(0), timedelta(days=40)),
        st.integers(0, 9),
    ),
    min_size=3,
    max_size=14,
)


class History:
    """What happens to a small shop, in any order."""

    def __init__(self, draw):
        self.draw = draw
        sellers = [SellerFactory(commission_rate=rate) for rate in (0, 1250)]
        self.goods = [on_sale(price=p, seller=sellers[p % 2], stock=99) for p in (3, 250, 1001)]
        self.people = [None, UserFactory(), UserFactory()]
        for person in self.people[1:]:
            give(person, "9999.00")
        self.sold = []
        self.placed = []

    def sale(self, at, number):
        chosen = self.draw(st.lists(st.sampled_from(self.goods), min_size=1, max_size=4))
        sold = [line(self.draw, variant) for variant in chosen]
        one = sale(
            f"old:{len(self.sold)}",
            at,
            *sold,
            buyer=self.people[number % 3],
            country=("GB", "FR", "ZZ")[number % 3],
        )
        record_past(sales=[one])
        self.sold.append((one, at))

    def buy(self, at, number):
        wanted = [Wanted(variant.pk, 1 + number % 3) for variant in self.goods[: 1 + number % 3]]
        purchase = from_wallet(self.people[1 + number % 2])
        self.placed.append((place_order(purchase=purchase, wanted=wanted, at=at), at))

    def refund(self, at, number):
        """One piece of a line, if the order has any left."""
        if not self.sold:
            return
        sold, since = self.sold[number % len(self.sold)]
        order = Order.objects.get(reference=sold.reference)
        position = 1 + number % len(sold.sold)
        returned = sum(
            one.quantity
            for refund in order.refunds.all()
            for one in refund.lines.filter(order_line__position=position)
        )
        if returned < sold.sold[position - 1].quantity:
            again = back(sold.reference, since + (at - START), {position: 1}, order.refunds.count())
            record_past(sales=[], returns=[again])

    def cancel(self, at, number):
        if self.placed:
            order, since = self.placed.pop(number % len(self.placed))
            cancel_order(order.pk, actor_id=None, reason="", at=since + (at - START))

    def count(self, at, number):
        count()

    def rebuild(self, at, number):
        """One month, amid news that wait."""
        rebuild_month((at.date()).replace(day=1))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(happened=steps, data=st.data())
def test_whatever_happens_a_rebuild_gives_the_same_rows(db, happened, data):
    with transaction.atomic():
        history = History(data.draw)
        for what, later, number in happened:
            getattr(history, what)(START + later, number)
        count()
        counted = rows()

        for month in months(*SPRING):
            rebuild_month(month)

        assert rows() == counted
        assert waiting() == 0
        for month in months(*SPRING):
            assert_facts_equal_ledger(Days(month, following(month) - timedelta(days=1)))
        assert_facts_equal_ledger(Days(*SPRING))
        transaction.set_rollback(True)


def test_news_that_wait_during_a_rebuild_add_nothing_after_it(cup):
    at = START
    record_past(
        sales=[sale("old:1", at, PricedLine(cup, 2, 100))],
        returns=[back("old:1", at + timedelta(days=30), {1: 1})],
    )

    rebuild()
    built = rows()
    count()

    assert totals(SalesFact, "orders", "gross", "refunded") == [1, 200, 100]
    assert rows() == built


def test_a_rebuild_mends_what_is_wrong_and_leaves_other_months_alone(cup):
    for number, days in enumerate((0, 40)):
        enter(sale(f"old:{number}", START + timedelta(days=days), PricedLine(cup, 2, 100)))
    right = rows()
    HourFact.objects.update(units=99)
    SalesFact.objects.filter(day__month=2).delete()

    rebuild_month(date(2011, 2, 1))
    assert list(HourFact.objects.order_by("day").values_list("units", flat=True)) == [2, 99]
    rebuild_month(date(2011, 4, 1))

    assert rows() == right


def test_the_command_builds_whole_months(cup):
    for number, days in enumerate((0, 10, 40)):
        enter(sale(f"old:{number}", START + timedelta(days=days), PricedLine(cup, 2, 100)))
    right = rows()
    for fact in FACTS:
        fact.objects.all().delete()
    said = StringIO()

    call_command("rebuild_facts", "--from", "2011-03-15", "--to", "2011-03-16", stdout=said)
    assert totals(HourFact, "orders") == [1]
    call_command("rebuild_facts", stdout=said)

    assert rows() == right
    assert "6 sales, releases and refunds in" in said.getvalue()


def test_who_is_wrongly_new_in_a_month_is_put_off_or_forgotten(cup):
    enter(sale("old:1", START + timedelta(days=40), PricedLine(cup, 2, 100)))
    enter(sale("old:2", START + timedelta(days=80), PricedLine(cup, 2, 100)))
    right = rows()
    for newcomer in (Newcomer, SellerNewcomer):
        newcomer.objects.update(day=START.date())
        row = newcomer.objects.values().get()
        newcomer.objects.create(**{**row, "customer": cup.pk})

    rebuild_month(date(2011, 2, 1))

    assert rows() == right


def test_the_command_refuses_days_that_are_none(db):
    with pytest.raises(CommandError, match="'yesterday' is not a day"):
        call_command("rebuild_facts", "--from", "yesterday")
    with pytest.raises(CommandError, match="--to: before --from"):
        call_command("rebuild_facts", "--from", "2011-03-15", "--to", "2011-03-14")


def test_a_shop_without_sales_has_nothing_to_build(db):
    call_command("rebuild_facts", stdout=(said := StringIO()))

    assert said.getvalue() == "0 sales, releases and refunds in 0 months\n"
    assert summary(Days(date(2011, 3, 1), date(2011, 3, 7))).figures.net == 0
