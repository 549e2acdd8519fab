"""Reports that are kept, over HTTP: who sees which, in what forms, and having one built."""

from base64 import b64decode
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import SellerFactory, UserFactory
from analytics.api.serializers import WholeKeptSerializer
from analytics.models import Report
from analytics.queries import Days
from analytics.tests.factories import BUILT, asked, kept
from core import jobs
from core.models import Job

pytestmark = pytest.mark.django_db

URL = "/api/v1/reports"
DAY = Days(date(2026, 3, 2), date(2026, 3, 2))
HOURS = [f"hours.{form}" for form in ("svg", "png", "csv")]
NEXT = Days(date(2026, 3, 3), date(2026, 3, 3))


@pytest.fixture
def ann(db):
    return SellerFactory(name="Ann")


@pytest.fixture
def analyst(db):
    user = UserFactory(is_staff=True)
    user.groups.set([Group.objects.get(name="analyst")])
    return user


def ids(answer):
    return [each["id"] for each in answer.json()["results"]]


def test_analysts_see_all_reports_and_sellers_their_own(api, analyst, ann, bob):
    shops, anns = str(kept(DAY).pk), str(kept(DAY, seller_id=ann.pk).pk)
    other = SellerFactory()

    def seen(user):
        whole = [api(user).get(f"{URL}/{each}").status_code for each in (shops, anns)]
        csv = [api(user).get(f"{URL}/{each}/files/trend.csv").status_code for each in (shops, anns)]
        assert whole == csv
        return set(ids(api(user).get(URL))), whole

    assert seen(analyst) == ({shops, anns}, [200, 200])
    assert seen(ann.user) == ({anns}, [404, 200])
    assert seen(other.user) == seen(bob) == (set(), [404, 404])


def test_a_whole_report_is_what_was_stored_and_says_where_its_files_are(api, ann):
    report = kept(DAY, seller_id=ann.pk)

    found = api(ann.user).get(f"{URL}/{report.pk}").json()

    assert set(found) == set(WholeKeptSerializer().fields) - {"sellers"}
    assert {name: found[name] for name in report.content} == report.content
    assert (found["version"], found["kind"], found["seller"]) == (1, "daily", str(ann.pk))
    answer = api(ann.user).get(found["files"]["trend.csv"])
    assert answer.content == bytes(report.files.get(name="trend.csv").content)
    assert (
        'filename="mercat-daily-2026-03-02-2026-03-02-v1-trend.csv"'
        in answer["Content-Disposition"]
    )


def test_pictures_are_in_the_body_if_they_are_to_be(api, ann):
    report = kept(DAY, seller_id=ann.pk, files=HOURS)

    charts = api(ann.user).get(f"{URL}/{report.pk}?charts=inline").json()["charts"]

    head, _, picture = charts["hours"]["svg"].partition(",")
    assert head == "data:image/svg+xml;base64"
    assert b64decode(picture) == bytes(report.files.get(name="hours.svg").content)
    assert charts["hours"]["png"].startswith("data:image/png;base64,iVBOR")
    assert charts["hours"]["csv"].endswith(f"{report.pk}/files/hours.csv")


def test_the_list_is_filtered_and_costs_the_same_for_more_reports(api, analyst, ann):
    first = kept(DAY, kind=Report.Kind.DAILY)
    client = api(analyst)
    client.get(URL)

    def cost():
        with CaptureQueriesContext(connection) as asked:
            client.get(URL)
        return len(asked)

    before = cost()
    second, third = kept(NEXT, kind=Report.Kind.ASKED), kept(DAY, seller_id=ann.pk)

    assert cost() == before
    assert set(ids(client.get(f"{URL}?to=2026-03-02"))) == {str(first.pk), str(third.pk)}
    assert ids(client.get(f"{URL}?from=2026-03-03")) == [str(second.pk)]
    assert ids(client.get(f"{URL}?kind=asked&limit=1")) == [str(second.pk)]
    assert ids(client.get(f"{URL}?seller={ann.pk}&cursor=")) == [str(third.pk)]
    assert client.get(f"{URL}?kind=yearly").status_code == 400


def test_a_report_is_asked_for_once_however_often_the_request_comes(api, ann):
    client = api(ann.user, **{"Idempotency-Key": "one"})
    wanted = {"from": "2026-03-02", "to": "2026-03-03", "group_by": "week"}

    first, again = client.post(URL, wanted), client.post(URL, wanted)

    job = Job.objects.get(kind="report")
    assert (first.status_code, first.json()) == (202, again.json())
    assert (first.json()["id"], first.json()["state"]) == (str(job.pk), "waiting")
    assert (first.json()["progress"], first.json()["report"]) == (0, None)
    assert job.actor_id == ann.user.pk
    assert job.arguments == {
        "kind": "asked",
        "first": "2026-03-02",
        "last": "2026-03-03",
        "interval": "week",
        "seller": str(ann.pk),
    }


def test_a_job_that_is_done_says_which_report_it_has_built(api, ann):
    report = kept(DAY, seller_id=ann.pk)
    with jobs.claim(report.job_id, at=BUILT).finish(report=str(report.pk)):
        pass

    done = api(ann.user).get(f"{URL}/jobs/{report.job_id}").json()

    assert (done["state"], done["progress"], done["error"]) == ("done", 100, "")
    assert done["report"] == str(report.pk)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"state": "waiting"}, "It did not work at first, and is tried again."),
        (
            {"state": "failed", "finished_at": datetime(2026, 3, 4, tzinfo=UTC)},
            "It could not be built. We look into it; what was there before is as it was.",
        ),
    ],
    ids=["waiting", "failed"],
)
def test_what_goes_wrong_is_said_without_particulars(api, ann, state, words):
    job = asked(DAY, seller_id=ann.pk)
    Job.objects.update(**state, error="DataError: secret")

    found = api(ann.user).get(f"{URL}/jobs/{job.pk}").json()

    assert (found["state"], found["error"], found["report"]) == (state["state"], words, None)


def test_jobs_are_seen_by_those_who_may_read_what_they_build(api, analyst, ann, bob):
    job, shops = asked(DAY, seller_id=ann.pk).pk, asked(NEXT).pk

    def status(user, job_id):
        return api(user).get(f"{URL}/jobs/{job_id}").status_code

    assert [status(user, job) for user in (analyst, ann.user, bob)] == [200, 200, 404]
    assert [status(user, shops) for user in (analyst, ann.user, bob)] == [200, 404, 404]
    assert status(analyst, uuid4()) == 404


def test_nothing_is_built_for_those_who_may_not_see_it(api, bob, ann):
    key = {"Idempotency-Key": "one"}
    wanted = {"range": "30d"}

    answers = [
        api(bob, **key).post(URL, wanted),
        api(ann.user, **key).post(URL, {**wanted, "seller": str(SellerFactory().pk)}),
        api(ann.user, **key).post(URL, {"range": "30 days"}),
        api(ann.user, **key).post(URL, {**wanted, "colour": "red"}),
    ]

    assert [each.status_code for each in answers] == [403, 403, 400, 400]
    assert not Job.objects.exists()
