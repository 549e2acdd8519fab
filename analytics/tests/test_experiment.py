"""Who is shown the candidate, and that nobody is shown nothing because of it."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from waffle.models import Flag

from accounts.tests.factories import UserFactory
from analytics.experiments import FLAG, is_running, line_of
from analytics.models import EVERYBODY, Exposure, Line
from analytics.queries import also_bought, buy_again, for_you
from analytics.services.exposures import EXPOSURES
from analytics.tests.suggesting import MADE, live, suggest
from catalog.tests.factories import on_sale

URL = "/api/v1/recommendations"


def switched(**flag):
    flag, _ = Flag.objects.update_or_create(name=FLAG, defaults=flag)
    cache.clear()  # waffle does when it is committed
    return flag


@pytest.fixture
def ant(db):
    return on_sale(title="Ant").product


def version_seen(api, user):
    return api(user).get(URL).json()["algorithm_version"]


def test_the_share_of_a_flag_is_of_users_and_stays_the_same(db):
    users = [UserFactory(pk=UUID(int=number)) for number in range(60)]

    def chosen(**flag):
        switched(**flag)
        return {user for user in users if line_of(user) is Line.CANDIDATE}

    assert {line_of(user) for user in users} == {Line.CONTROL}
    half = chosen(percent=50)

    assert len(half) == 33
    assert chosen(percent=50) == half
    assert half < chosen(percent=80)
    assert chosen(everyone=True) == set(users)


@pytest.mark.parametrize(
    ("hours", "seen"), [(None, "blend-1"), (-37, "blend-1"), (-36, "ease-1"), (1, "ease-1")]
)
def test_a_candidate_that_is_not_built_or_left_behind_gives_way_to_the_control(
    api, bob, ant, hours, seen
):
    suggest(live(), "popular", EVERYBODY, ant)
    if hours is not None:
        at = MADE + timedelta(hours=hours)
        suggest(live(Line.CANDIDATE, "ease-1", at), "popular", EVERYBODY, ant)
    switched(everyone=True)

    answer = api(bob).get(URL).json()

    assert (answer["algorithm_version"], len(answer["recommendations"])) == (seen, 1)
    EXPOSURES.flush(at=MADE)
    shown = Exposure.objects.values_list("algorithm_version", "impressions")
    assert list(shown) == [(seen, 1)]


def test_every_shelf_gives_way_in_one_query(bob, ant, django_assert_num_queries):
    build = live()
    suggest(build, "for_you", bob.pk, ant)
    suggest(build, "again", bob.pk, ant, times=1, last_on=MADE.date())
    suggest(build, "also", ant.pk, ant)

    with django_assert_num_queries(3):
        found = [
            for_you(bob.pk, Line.CANDIDATE),
            buy_again(bob.pk, Line.CANDIDATE),
            also_bought(ant.pk, Line.CANDIDATE, user_id=bob.pk),
        ]

    assert [len(each.recommended) for each in found] == [1, 1, 1]


def test_a_candidate_alone_is_shown(bob, ant):
    suggest(live(Line.CANDIDATE, "ease-1"), "for_you", bob.pk, ant)

    assert for_you(bob.pk, Line.CANDIDATE).algorithm_version == "ease-1"
    assert for_you(bob.pk, Line.CONTROL).recommended == []


def test_without_a_candidate_in_the_settings_nobody_is_shown_one(api, bob, ant, settings):
    for line, version in ((Line.CONTROL, "blend-1"), (Line.CANDIDATE, "ease-1")):
        suggest(live(line, version), "popular", EVERYBODY, ant)
    switched(everyone=True)
    assert version_seen(api, bob) == "ease-1"

    settings.RECOMMENDATIONS = {"control": "blend-1"}

    assert version_seen(api, bob) == "blend-1"


def test_an_analyst_says_in_the_back_office_who_is_shown_the_candidate(
    db, client, django_capture_on_commit_callbacks
):
    named, member, other, analyst = UserFactory.create_batch(4, is_staff=True)
    analysts = Group.objects.get(name="analyst")
    analyst.groups.add(analysts)
    members = Group.objects.create(name="tasters")
    member.groups.add(members)
    flag = switched(percent=0, note="")
    client.force_login(analyst)
    page = f"/admin/waffle/flag/{flag.pk}/change/"

    def chosen(**said):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(page, {"everyone": "unknown", "percent": "0", **said})
        assert answer.status_code == 302, answer.context["errors"]
        people = {"named": named, "member": member, "other": other}
        seen = {name for name, user in people.items() if line_of(user) is Line.CANDIDATE}
        return seen, is_running()

    assert client.get(page).status_code == 200
    assert chosen(users=str(named.pk)) == ({"named"}, True)
    assert chosen(groups=[members.pk]) == ({"member"}, True)
    assert chosen(users=str(named.pk), everyone="false") == (set(), False)
    assert chosen(everyone="true") == ({"named", "member", "other"}, True)
    assert chosen() == (set(), False)
