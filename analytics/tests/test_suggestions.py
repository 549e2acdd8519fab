"""What is recommended: true reasons, and nothing that cannot or need not be bought."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Seller
from analytics.models import EVERYBODY, Click, Exposure
from analytics.services.exposures import EXPOSURES
from analytics.tests.factories import enter, sale
from analytics.tests.suggesting import MADE, live, suggest
from cart.pricing import PricedLine
from catalog.models import Product
from catalog.tests.factories import CategoryFactory, on_sale
from core.ids import uuid7
from orders.services import Wanted, cancel_order, place_order
from orders.tests.factories import from_wallet, give

URL = "/api/v1/recommendations"


@pytest.fixture
def goods(db):
    """Five products, in the order of their titles."""
    return [on_sale(title=title).product for title in ("Ant", "Bee", "Cat", "Dog", "Eel")]


@pytest.fixture
def bobs(api, bob):
    return api(bob)


def titles(answer):
    return [each["title"] for each in answer.json()["recommendations"]]


def test_the_answer_says_what_why_and_how_old(bobs, bob, goods):
    ant, bee, cat, *_ = goods
    suggest(live(), "for_you", bob.pk, ant, bee, because=cat, shoppers=41)

    answer = bobs.get(URL)

    assert answer.status_code == 200
    first, second = answer.json().pop("recommendations")
    assert first == {
        "product_id": str(ant.pk),
        "slug": ant.slug,
        "title": "Ant",
        "price": str(ant.lowest_price),
        "currency": "GBP",
        "category": ant.category.slug,
        "image": ant.image_url,
        "score": 1.0,
        "reason": "Bought with Cat by 41 shoppers",
        "purpose": "for_you",
    }
    assert (second["title"], second["score"]) == ("Bee", 0.5)
    assert answer.json()["generated_at"] == MADE.isoformat().replace("+00:00", "Z")
    assert answer.json()["algorithm_version"] == "blend-1"
    assert answer.json()["user_id"] == str(bob.pk)


def test_before_the_first_build_there_is_nothing(bobs, goods):
    answer = bobs.get(URL).json()

    assert (answer["recommendations"], answer["generated_at"]) == ([], None)


def test_who_is_new_is_shown_what_sells_lately_first_of_a_category_that_is_known(bobs, goods):
    ant, bee, cat, *_ = goods
    build = live()
    suggest(build, "popular", EVERYBODY, ant, bee, shoppers=7)
    suggest(build, "popular", cat.category_id, cat, shoppers=1)

    assert titles(bobs.get(URL)) == ["Ant", "Bee"]
    of_a_kind = bobs.get(URL, {"categories": cat.category.slug})

    assert titles(of_a_kind) == ["Cat"]
    assert of_a_kind.json()["recommendations"][0]["reason"] == "Bought by 1 shopper lately"


def test_popular_things_fill_up_what_is_short_each_once(bobs, bob, goods):
    ant, bee, cat, *_ = goods
    build = live()
    suggest(build, "for_you", bob.pk, bee)
    suggest(build, "popular", EVERYBODY, ant, bee, cat)

    assert titles(bobs.get(URL)) == ["Bee", "Ant", "Cat"]
    assert titles(bobs.get(URL, {"limit": 2})) == ["Bee", "Ant"]


def test_a_category_means_what_is_below_it_too(bobs, bob, goods):
    ant, bee, *_ = goods
    parent = CategoryFactory(slug="animals")
    ant.category.parent = parent
    ant.category.save()
    suggest(live(), "for_you", bob.pk, bee, ant)

    assert titles(bobs.get(URL, {"categories": "animals"})) == ["Ant"]
    assert titles(bobs.get(URL, {"categories": f"animals,{bee.category.slug}"})) == ["Bee", "Ant"]


def gone(product):
    Product.objects.filter(pk=product.pk).update(in_stock=False)


def archived(product):
    Product.objects.filter(pk=product.pk).update(status="archived")


def suspended(product):
    Seller.objects.filter(pk=product.seller_id).update(status=Seller.Status.SUSPENDED)


def deleted(product):
    Product.objects.filter(pk=product.pk).update(deleted_at=MADE)


@pytest.mark.parametrize("happens", [gone, archived, suspended, deleted])
def test_what_cannot_be_bought_any_more_is_not_recommended(bobs, bob, goods, happens):
    ant, bee, cat, *_ = goods
    build = live()
    suggest(build, "for_you", bob.pk, ant, bee)
    suggest(build, "again", bob.pk, ant, times=1, last_on=date(2026, 2, 3))
    suggest(build, "also", cat.pk, ant, shoppers=2)

    happens(ant)

    assert titles(bobs.get(URL)) == ["Bee"]
    assert titles(bobs.get(f"{URL}/buy-again")) == []
    assert titles(bobs.get(f"/api/v1/products/{cat.slug}/also-bought")) == []


def test_what_was_bought_since_is_only_for_buying_again(bobs, bob, goods):
    ant, bee, *_ = goods
    build = live()
    suggest(build, "for_you", bob.pk, ant, bee)
    suggest(build, "again", bob.pk, ant, times=2, last_on=date(2026, 2, 3))

    give(bob, "99.00")
    order = place_order(
        purchase=from_wallet(bob), wanted=[Wanted(ant.variants.get().pk, 1)], at=MADE
    )

    assert titles(bobs.get(URL)) == ["Bee"]
    again = bobs.get(f"{URL}/buy-again").json()["recommendations"]
    assert [each["reason"] for each in again] == ["You bought it on 2 days, last in February 2026"]
    cancel_order(order.pk, actor_id=None, reason="", at=MADE)
    assert titles(bobs.get(URL)) == ["Ant", "Bee"]


def test_what_was_bought_is_not_shown_beside_another_product_but_to_guests(api, client, bob, goods):
    ant, bee, cat, *_ = goods
    suggest(live(), "also", cat.pk, ant, bee, shoppers=2)
    enter(sale("1", MADE, PricedLine(ant.variants.get(), 1, 300), buyer=bob))
    path = f"/api/v1/products/{cat.slug}/also-bought"

    assert titles(api(bob).get(path)) == ["Bee"]
    assert titles(api().get(path)) == ["Ant", "Bee"]
    assert api().get(path)["Cache-Control"] == "no-store"
    client.force_login(bob)
    [shelf] = client.get(f"/p/{cat.slug}").context["shelves"]
    assert [place.product for place in shelf.places] == [bee]


def test_scores_never_rise_within_an_answer(bobs, bob, goods):
    ant, bee, cat, dog, eel = goods
    build = live()
    suggest(build, "for_you", bob.pk, ant, bee)
    suggest(build, "popular", cat.category_id, cat)
    suggest(build, "popular", EVERYBODY, dog, eel)

    def scores(**asked):
        found = bobs.get(URL, asked).json()["recommendations"]
        return [(each["title"], each["score"]) for each in found]

    assert scores() == [("Ant", 1.0), ("Bee", 0.5), ("Dog", 0.5), ("Eel", 0.25)]
    assert scores(categories=f"{cat.category.slug},{eel.category.slug}") == [
        ("Cat", 1.0),
        ("Eel", 0.5),
    ]


def test_of_several_categories_the_scores_never_rise_either(bobs, goods):
    ant, bee, _, dog, _ = goods
    Product.objects.filter(pk=bee.pk).update(category=ant.category)
    build = live()
    suggest(build, "popular", ant.category_id, ant, bee)
    suggest(build, "popular", EVERYBODY, dog)
    asked = {"categories": f"{ant.category.slug},{dog.category.slug}"}

    found = bobs.get(URL, asked).json()["recommendations"]

    assert [each["score"] for each in found] == [1.0, 0.5, 0.5]


def test_readers_see_one_whole_build(bobs, bob, goods):
    ant, bee, *_ = goods
    suggest(live(version="blend-1"), "for_you", bob.pk, ant)
    new = live(version="blend-2")
    suggest(new, "for_you", bob.pk, bee)

    answer = bobs.get(URL)

    assert (titles(answer), answer.json()["algorithm_version"]) == (["Bee"], "blend-2")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 51}, "limit"),
        ({"categories": "nowhere"}, "categories"),
        ({"user_id": "somebody"}, "user_id"),
        ({"page": 2}, "page"),
    ],
)
def test_a_wrong_question_is_refused_by_name(bobs, goods, asked, field):
    answer = bobs.get(URL, asked)

    assert answer.status_code in {400, 422}
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


def test_whose_they_are_only_staff_may_choose(api, bobs, alice, bob, goods, dana):
    suggest(live(), "for_you", bob.pk, goods[0])

    assert titles(api(dana).get(URL, {"user_id": bob.pk})) == ["Ant"]
    refused = [api(alice).get(URL, {"user_id": named}) for named in (bob.pk, uuid7())]
    assert [answer.status_code for answer in refused] == [403, 403]
    assert refused[0].json()["detail"] == refused[1].json()["detail"]
    unknown = api(dana).get(URL, {"user_id": uuid7()})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (400, "user_id")
    EXPOSURES.flush(at=MADE)
    assert not Exposure.objects.exists()  # nobody was shown anything


def test_what_is_recommended_is_one_query_beside_the_callers_session_and_the_cards(
    bobs, bob, goods
):
    build = live()
    suggest(build, "for_you", bob.pk, *goods[:1])
    bobs.get(URL)
    suggest(build, "popular", EVERYBODY, *goods)

    with CaptureQueriesContext(connection) as queries:
        assert len(titles(bobs.get(URL))) == 5

    of_suggestions = ["analytics_suggestion" in str(query["sql"]) for query in queries]
    assert of_suggestions == [False, True, False]


def test_a_limit_is_met_though_things_are_popular_thrice(bobs, bob, goods):
    ant, bee, cat, *_ = goods
    Product.objects.update(category=ant.category)
    build = live()
    suggest(build, "for_you", bob.pk, ant, bee, cat)
    suggest(build, "popular", ant.category_id, *goods)
    suggest(build, "popular", EVERYBODY, *goods)
    asked = {"categories": ant.category.slug}

    assert titles(bobs.get(URL, {"limit": 4})) == ["Ant", "Bee", "Cat", "Dog"]
    assert titles(bobs.get(URL, asked)) == ["Ant", "Bee", "Cat", "Dog", "Eel"]


def test_what_was_shown_and_followed_is_counted_by_version_and_purpose(bobs, bob, goods):
    ant, bee, *_ = goods
    suggest(live(), "for_you", bob.pk, ant, bee)

    bobs.get(URL)
    said = {"product_id": str(ant.pk), "purpose": "for_you", "algorithm_version": "blend-1"}
    assert bobs.post(f"{URL}/followed", said).status_code == 204
    assert bobs.post(f"{URL}/followed", said | {"algorithm_version": "x"}).status_code == 400
    EXPOSURES.flush(at=MADE)

    exposure = Exposure.objects.get()
    assert (exposure.impressions, exposure.clicks, exposure.algorithm_version) == (2, 1, "blend-1")
    assert Click.objects.get().product == ant


def test_a_page_shows_them_with_their_reasons_and_counts_who_follows(client, bob, goods):
    ant, bee, cat, *_ = goods
    build = live()
    suggest(build, "for_you", bob.pk, ant, because=cat, shoppers=2)
    suggest(build, "also", bee.pk, ant, shoppers=3)
    client.force_login(bob)

    home = client.get("/").content.decode()
    product = client.get(f"/p/{bee.slug}").content.decode()
    followed = client.get(f"/followed/blend-1/for_you/{ant.slug}")
    client.get(f"/followed/no-such-version/for_you/{ant.slug}")

    assert "Picked for you" in home
    assert "Bought with Cat by 2 shoppers" in home
    assert "Bought together by 3 shoppers" in product
    assert followed["Location"] == f"/p/{ant.slug}"
    EXPOSURES.flush(at=MADE)
    assert list(Exposure.objects.order_by("purpose").values_list("impressions", "clicks")) == [
        (1, 0),
        (1, 1),
    ]


def test_a_visitor_is_shown_what_is_popular_where_they_looked(client, goods):
    ant, bee, *_ = goods
    build = live()
    suggest(build, "popular", EVERYBODY, ant, shoppers=9)
    suggest(build, "popular", bee.category_id, bee, shoppers=2)
    client.get(f"/p/{bee.slug}")

    shelf = client.get("/").context["shelves"][0]

    assert shelf.title == "Popular lately"
    assert [place.product for place in shelf.places] == [bee, ant]
