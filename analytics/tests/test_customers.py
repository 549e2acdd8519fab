"""Segments of customers, and products that are bought together."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from accounts.tests.factories import UserFactory
from analytics import queries
from analytics.queries import Days, Segment
from analytics.tests.factories import back, enter, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale

MARCH = Days(date(2026, 3, 1), date(2026, 3, 31))
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def goods(db):
    return [on_sale(price=100, title=title) for title in ("Cup", "Lid", "Tray")]


def test_customers_are_ranked_among_each_other(goods):
    """The n-th of ten buys n times, for the last time on the n-th day."""
    cup = PricedLine(goods[0], 1, 100)
    people = [UserFactory() for _ in range(10)]
    enter(
        *(
            sale(f"{n}:{turn}", START + timedelta(days=n, minutes=-turn), cup, buyer=person)
            for n, person in enumerate(people)
            for turn in range(n + 1)
        ),
        sale("guest", START, cup),
    )

    assert queries.segments(MARCH) == [
        Segment("Champions", 4, 7 + 8 + 9 + 10, 3400),
        Segment("Promising"),
        Segment("New"),
        Segment("Loyal"),
        Segment("In need of attention", 2, 5 + 6, 1100),
        Segment("About to sleep"),
        Segment("Not to be lost"),
        Segment("At risk"),
        Segment("Lost", 4, 1 + 2 + 3 + 4, 1000),
    ]


def test_who_came_late_and_bought_little_is_new(goods):
    """Five customers; the newest bought once and gave most of it back, the others are alike."""
    cups = PricedLine(goods[0], 9, 100)
    early = [UserFactory() for _ in range(4)]
    late = UserFactory()
    enter(
        *(
            sale(f"{n}:{turn}", START + timedelta(days=n), cups, buyer=person)
            for n, person in enumerate(early)
            for turn in range(2)
        ),
        sale("late", START + timedelta(days=20), cups, buyer=late),
        back("late", START + timedelta(days=21), {1: 8}),
    )

    found = {segment.name: segment for segment in queries.segments(MARCH)}

    assert found["New"] == Segment("New", 2, 2 + 1, 1800 + 100)
    assert sum(segment.net for segment in found.values()) == 4 * 1800 + 100
    assert sum(segment.customers for segment in found.values()) == 5


def test_customers_who_are_alike_are_in_the_same_segment(goods):
    cup = PricedLine(goods[0], 1, 100)
    enter(*(sale(str(n), START, cup, buyer=UserFactory()) for n in range(7)))

    assert [s for s in queries.segments(MARCH) if s.customers] == [Segment("Lost", 7, 7, 700)]


def test_lift_says_how_much_more_often_than_by_chance(goods):
    cup, lid, tray = (PricedLine(each, 1, 100) for each in goods)
    baskets = [(cup, lid)] * 3 + [(cup, tray), (tray,), (cup,), (tray,), (tray,)]
    enter(*(sale(str(n), START + timedelta(days=n), *each) for n, each in enumerate(baskets)))

    [best, other] = queries.pairs(MARCH, at_least=1)

    assert {best.first, best.second} == {"Cup", "Lid"}
    assert (best.baskets, best.all_baskets) == (3, 8)
    assert sorted((best.with_first, best.with_second)) == [3, 5]
    assert best.lift == Fraction(3 * 8, 5 * 3)
    assert best.confidence == Fraction(3, best.with_first)
    assert {other.first, other.second} == {"Cup", "Tray"}
    assert other.lift == Fraction(8, 5 * 4)
    assert queries.pairs(MARCH, at_least=1, limit=1) == [best]
    assert queries.pairs(MARCH, at_least=4) == []


def test_a_seller_sees_pairs_of_their_own_products(goods):
    cup, lid = goods[:2]
    mine = on_sale(price=100, seller=cup.product.seller)
    enter(sale("1", START, *(PricedLine(each, 1, 100) for each in (cup, lid, mine))))

    [pair] = queries.pairs(MARCH, cup.product.seller_id, at_least=1)

    assert {pair.first_id, pair.second_id} == {cup.product_id, mine.product_id}


def test_a_seller_sees_how_often_a_pair_is_bought_in_its_own_orders(goods):
    """Of the cup's seller six orders: three with cup and saucer, one with the cup, one with neither, and
    one of too many lines to be a basket, in which cups are, too."""
    cup, lid = (PricedLine(each, 1, 100) for each in goods[:2])
    seller = goods[0].product.seller
    saucer, jug = (PricedLine(on_sale(price=100, seller=seller), 1, 100) for _ in range(2))
    own = [(cup, saucer)] * 3 + [(cup, lid), (jug, lid), (cup,) * 41]
    enter(*(sale(str(n), START, *each) for n, each in enumerate(own)))

    [pair] = queries.pairs(MARCH, seller.pk, at_least=2)

    assert (pair.baskets, pair.all_baskets) == (3, 6)
    assert sorted((pair.with_first, pair.with_second)) == [3, 4]
    assert pair.lift == Fraction(3 * 6, 4 * 3)
    enter(*(sale(f"other:{n}", START, lid) for n in range(9)))
    assert queries.pairs(MARCH, seller.pk, at_least=2) == [pair]
    assert {each.all_baskets for each in queries.pairs(MARCH, at_least=1)} == {5 + 9}


def test_pairs_of_whole_months_that_the_days_touch(goods):
    cup, lid = (PricedLine(each, 1, 100) for each in goods[:2])
    enter(*(sale(str(n), START + timedelta(days=31 * n), cup, lid) for n in range(3)))

    [pair] = queries.pairs(Days(date(2026, 3, 20), date(2026, 4, 3)), at_least=1)

    assert (pair.baskets, pair.all_baskets) == (2, 2)
