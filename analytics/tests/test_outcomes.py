"""What came of recommendations: a purchase is credited once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analytics.models import Click, Exposure, Purpose
from analytics.queries import Days, outcomes
from analytics.services import note_followed
from analytics.services.exposures import EXPOSURES
from analytics.tests.factories import enter, sale
from analytics.tests.suggesting import MADE, live, suggest
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale

URL = "/api/v1/recommendations"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def goods(db):
    return [on_sale(title=title).product for title in ("Ant", "Bee")]


def follow(user, product, at, version="blend-1", purpose=Purpose.FOR_YOU):
    note_followed(version, purpose, product_id=product.pk, user_id=user.pk, at=at)


def buy(user, product, at):
    enter(sale(f"{at:%d%H}", at, PricedLine(product.variants.get(), 1, 300), buyer=user))


def counted():
    EXPOSURES.flush(at=MADE)
    found = outcomes(Days(MADE.date(), MADE.date() + 9 * DAY))
    return {
        (each.algorithm_version, each.purpose): (each.clicks, each.followers, each.bought)
        for each in found
    }


@pytest.mark.parametrize(("days", "bought"), [(-1, 0), (0, 1), (6, 1), (7, 0)])
def test_a_purchase_counts_for_a_week_after_the_click(bob, goods, days, bought):
    ant, bee, *_ = goods
    for product in (ant, bee):
        note_followed("blend-1", Purpose.FOR_YOU, product_id=product.pk, user_id=bob.pk, at=MADE)
    EXPOSURES.flush(at=MADE)
    since = MADE + timedelta(days=days)
    enter(sale("1", since, PricedLine(ant.variants.get(), 1, 300), buyer=bob))

    [outcome] = outcomes(Days(MADE.date(), MADE.date()))

    assert (outcome.clicks, outcome.followers, outcome.bought) == (2, 2, bought)


def test_coming_again_the_same_day_counts_once(client, bob, goods):
    ant, bee = goods
    suggest(live(), "for_you", bob.pk, ant, bee)
    client.force_login(bob)

    for product in (ant, ant, ant, bee):
        client.get(f"/followed/blend-1/for_you/{product.slug}")
    client.get(f"/followed/blend-1/also/{ant.slug}")

    EXPOSURES.flush(at=MADE)
    clicks = Exposure.objects.order_by("purpose").values_list("purpose", "clicks")
    assert list(clicks) == [("also", 1), ("for_you", 2)]
    assert Click.objects.count() == 3


def test_a_purchase_is_credited_to_the_last_click_before_it_alone(bob, alice, goods):
    ant, _ = goods
    follow(bob, ant, MADE)
    follow(bob, ant, MADE + HOUR)
    follow(bob, ant, MADE + DAY)
    follow(bob, ant, MADE + DAY + HOUR, purpose=Purpose.ALSO)
    follow(bob, ant, MADE + DAY + 2 * HOUR, version="ease-1")
    buy(bob, ant, MADE + 2 * DAY)
    follow(bob, ant, MADE + 3 * DAY)
    follow(alice, ant, MADE + DAY + 3 * HOUR)

    assert counted() == {
        ("blend-1", "for_you"): (4, 4, 0),
        ("blend-1", "also"): (1, 1, 0),
        ("ease-1", "for_you"): (1, 1, 1),
    }


def test_two_purchases_after_two_clicks_are_both_credited(bob, goods):
    ant, _ = goods
    for day in (0, 4):
        follow(bob, ant, MADE + day * DAY)
        buy(bob, ant, MADE + day * DAY + HOUR)

    assert counted() == {("blend-1", "for_you"): (2, 2, 2)}


def test_the_outcomes_say_how_often_a_version_was_shown_followed_and_bought(api, bob, dana, goods):
    now = timezone.now()
    ant, bee, *_ = goods
    suggest(live(), "for_you", bob.pk, ant, bee)
    api(bob).get(URL)
    note_followed("blend-1", Purpose.FOR_YOU, product_id=ant.pk, user_id=bob.pk, at=now)
    note_followed("blend-1", Purpose.FOR_YOU, product_id=bee.pk, user_id=None, at=now)
    EXPOSURES.flush(at=now)
    enter(sale("1", now, PricedLine(ant.variants.get(), 1, 300), buyer=bob))

    answer = api(dana).get("/api/v1/reports/recommendations")

    assert answer.json() == {
        "outcomes": [
            {
                "algorithm_version": "blend-1",
                "purpose": "for_you",
                "impressions": 2,
                "clicks": 2,
                "click_through": "1.0000",
                "followers": 1,
                "bought": 1,
                "conversion": "1.0000",
            }
        ]
    }
    assert api(bob).get("/api/v1/reports/recommendations").status_code == 403
