"""Builds: everybody's suggestions, true reasons, shown at once and whole."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from waffle.models import Flag

from accounts.tests.factories import UserFactory
from analytics.experiments import FLAG
from analytics.models import Build, BuildFile, Line, Live, Purpose, Suggestion
from analytics.queries import also_bought, buy_again, for_you
from analytics.recommendations.blend import Blend
from analytics.recommendations.learnt import Learnt
from analytics.services import ask_for_recommendations
from analytics.services.recommending import files
from analytics.services.recommending.living import FORGET
from analytics.tests.bought import many
from analytics.tests.factories import back, count, enter, sale
from cart.pricing import PricedLine
from catalog.models import Product
from catalog.tests.factories import on_sale
from core import jobs
from core.models import Job
from orders.services import Wanted, cancel_order, place_order
from orders.tests.factories import from_wallet, give

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 4, tzinfo=UTC)


@pytest.fixture
def goods(db):
    """A cup and a pot go together, and a hat and a tie."""
    return {name: on_sale(title=name.title()) for name in ("cup", "pot", "hat", "tie")}


@pytest.fixture
def shoppers(goods):
    """Nine buy the cup and the pot, nine the hat and the tie, and the tenth of each only the first."""
    people = [UserFactory() for _ in range(20)]
    for number, person in enumerate(people):
        first, second = ("cup", "pot") if number < 10 else ("hat", "tie")
        names = [first] if number in {9, 19} else [first, second]
        lines = [PricedLine(goods[name], 1, 100) for name in names]
        enter(sale(str(number), START + timedelta(days=number % 5), *lines, buyer=person))
    return people


def work():
    """Everything that waits, as workers do it, in the order in which it was asked for."""
    while (
        waiting := Job.objects.filter(state=Job.State.WAITING).order_by("queued_at", "pk").first()
    ):
        jobs.carry_out(jobs.claim(waiting.pk, at=NOW, attempt=waiting.attempts))


@pytest.fixture
def built(shoppers, settings):
    ask_for_recommendations(at=NOW)
    work()
    return Live.objects.get(line=Line.CONTROL).build


def said(found):
    return [
        (Product.objects.get(pk=each.product_id).title, each.reason) for each in found.recommended
    ]


@pytest.mark.usefixtures("built")
def test_who_bought_one_thing_is_recommended_what_others_bought_with_it(shoppers):
    found = for_you(shoppers[9].pk, Line.CONTROL)

    assert said(found)[0] == ("Pot", "Bought with Cup by 9 shoppers")
    assert all(0 < each.score <= 1 for each in found.recommended)
    assert "Cup" not in [title for title, _ in said(found)]


@pytest.mark.usefixtures("built")
def test_a_product_stands_beside_what_is_bought_with_it(goods):
    found = also_bought(goods["tie"].product_id, Line.CONTROL)

    assert said(found) == [("Hat", "Bought together by 9 shoppers")]


def test_what_was_bought_often_and_lately_comes_first_to_buy_again(shoppers, goods):
    for days in (1, 6):
        line = PricedLine(goods["pot"], 1, 100)
        enter(sale(f"again:{days}", START + timedelta(days=days), line, buyer=shoppers[9]))
    ask_for_recommendations(at=NOW)
    work()

    found = buy_again(shoppers[9].pk, Line.CONTROL)

    assert said(found) == [
        ("Pot", "You bought it on 2 days, last in March 2026"),
        ("Cup", "You bought it on 1 day, last in March 2026"),
    ]


def test_what_was_cancelled_or_came_back_is_as_if_it_had_not_been_bought(shoppers, goods):
    """All of the pot came back, one of two hats; the tie was cancelled."""
    buyer = shoppers[9]
    lines = [PricedLine(goods[name], 2, 100) for name in ("pot", "hat")]
    enter(
        sale("kept in part", START, *lines, buyer=buyer),
        back("kept in part", START + timedelta(hours=1), {1: 1, 2: 1}),
        back("kept in part", START + timedelta(hours=2), {1: 1}, number=2),
    )
    give(buyer, "99.00")
    wanted = [Wanted(goods["tie"].pk, 1)]
    order = place_order(purchase=from_wallet(buyer), wanted=wanted, at=START)
    count()
    cancel_order(order.pk, actor_id=None, reason="", at=START)
    count()
    ask_for_recommendations(at=NOW)
    work()

    again, other = buy_again(buyer.pk, Line.CONTROL), for_you(buyer.pk, Line.CONTROL)

    assert {title for title, _ in said(again)} == {"Cup", "Hat"}
    assert sorted(said(other)) == [
        ("Pot", "Bought with Cup by 9 shoppers"),
        ("Tie", "Bought with Hat by 9 shoppers"),
    ]


def test_what_a_build_learns_comes_out_of_its_pieces_as_it_went_in(db, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PIECE", 1000)
    build = Build.objects.create(line=Line.CONTROL, algorithm_version="x", generated_at=NOW)
    known = Learnt.of(many(), Blend(), np.ones(40, bool))

    with files.written(known) as path:
        went_in = path.read_bytes()
        files.store(build, path)
    files.fetch(build.pk, tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == went_in
    lengths = [len(piece.content) for piece in BuildFile.objects.order_by("number")]
    assert len(lengths) > 12
    assert set(lengths[:-1]) == {1000}
    whole = files.learnt(build.pk)
    assert (whole.fitted.together == known.fitted.together).all()
    build.delete()
    with pytest.raises(BuildFile.DoesNotExist):
        files.fetch(build.pk, tmp_path / "gone")


@pytest.mark.usefixtures("built")
def test_who_is_new_is_told_what_sells_with_true_numbers(bob):
    assert {reason for _, reason in said(for_you(bob.pk, Line.CONTROL))} == {
        "Bought by 10 shoppers lately",
        "Bought by 9 shoppers lately",
    }


def test_a_build_says_of_what_it_is_and_leaves_nothing_behind(built):
    assert (built.algorithm_version, built.generated_at, built.customers) == ("blend-1", NOW, 20)
    assert not BuildFile.objects.exists()
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}


def test_a_shop_without_sales_has_a_build_that_suggests_nothing(db):
    ask_for_recommendations(at=NOW)
    work()

    assert Live.objects.get().build.customers == 0
    assert not Suggestion.objects.exists()


def test_what_cannot_be_bought_is_not_suggested_at_all(shoppers, goods):
    Product.objects.filter(pk=goods["pot"].product_id).update(in_stock=False)
    ask_for_recommendations(at=NOW)
    work()

    suggested = Suggestion.objects.exclude(purpose=Purpose.AGAIN)
    assert not suggested.filter(product=goods["pot"].product_id).exists()


def test_the_day_is_built_once_and_the_old_build_stays_until_the_new_one_is_whole(built, shoppers):
    assert [job.state for job in ask_for_recommendations(at=NOW)] == [Job.State.DONE]

    ask_for_recommendations(at=NOW + timedelta(days=1))
    tomorrow = Job.objects.get(state=Job.State.WAITING)
    jobs.carry_out(jobs.claim(tomorrow.pk, at=NOW + timedelta(days=1), attempt=0))
    assert Build.objects.count() == 2
    assert Live.objects.get().build == built
    assert said(for_you(shoppers[9].pk, Line.CONTROL))[0][0] == "Pot"
    work()

    live = Live.objects.get().build
    assert live != built
    assert set(Suggestion.objects.values_list("build", flat=True)) == {live.pk}


def test_only_builds_that_still_suggest_something_are_forgotten(built, shoppers):
    for days in (1, 2):
        ask_for_recommendations(at=NOW + timedelta(days=days))
        while job := Job.objects.filter(state=Job.State.WAITING).exclude(kind=FORGET).first():
            jobs.carry_out(jobs.claim(job.pk, at=NOW + timedelta(days=days), attempt=0))
    first, second = Job.objects.filter(kind=FORGET, state=Job.State.WAITING).order_by("queued_at")
    jobs.carry_out(jobs.claim(first.pk, at=NOW + timedelta(days=2), attempt=0))

    with CaptureQueriesContext(connection) as queries:
        jobs.carry_out(jobs.claim(second.pk, at=NOW + timedelta(days=2), attempt=0))

    deletes = [q for q in queries if q["sql"].startswith('DELETE FROM "analytics_suggestion"')]
    assert (Build.objects.count(), len(deletes)) == (3, 1)


def test_a_batch_that_was_thought_dead_adds_nothing_to_what_another_did(shoppers):
    ask_for_recommendations(at=NOW)
    first = Job.objects.get()
    jobs.carry_out(jobs.claim(first.pk, at=NOW, attempt=0))
    batch = Job.objects.filter(state=Job.State.WAITING, key__contains="customers").get()
    silent = jobs.claim(batch.pk, at=NOW, attempt=0)

    jobs.queue(at=NOW + jobs.LEASE)
    work()
    shown, suggested = Live.objects.get().build, Suggestion.objects.count()

    assert jobs.carry_out(silent) is False
    assert (Live.objects.get().build, Suggestion.objects.count()) == (shown, suggested)


def test_the_candidate_is_built_while_somebody_may_see_it(shoppers):
    Flag.objects.update_or_create(name=FLAG, defaults={"percent": 10})
    cache.clear()

    ask_for_recommendations(at=NOW)
    work()

    versions = dict(Live.objects.values_list("line", "build__algorithm_version"))
    assert versions == {Line.CONTROL: "blend-1", Line.CANDIDATE: "ease-1"}
