"""Reports that are kept: built once for each asking, in versions, and never changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.tests.factories import UserFactory
from analytics.documents.body import body
from analytics.documents.files import file, file_names
from analytics.models import Report, ReportFile, Subscription
from analytics.queries import Days, SalesReport
from analytics.services import (
    ask_for_report,
    build_report,
    schedule_reports,
    subscribe,
    unsubscribe,
)
from analytics.services.exporting import export_facts
from analytics.services.reports import FactsTooOld
from analytics.services.scheduling import ended
from analytics.tests.factories import asked, built, enter, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from core import jobs
from core.errors import Invalid, NotFound
from core.models import Event, Job
from core.tests.test_jobs import at_once
from ledger.queries import Interval

AT = datetime(2026, 3, 3, 5, tzinfo=UTC)
SALE = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
DAYS = Days(date(2026, 3, 2), date(2026, 3, 2))
Kind = Report.Kind


@pytest.fixture
def sold(alice):
    """Something of Alice's, on a Monday."""
    variant = on_sale(price=100, seller=alice.seller)
    enter(sale("old:1", SALE, PricedLine(variant, 2, 100)))


def heard():
    return list(Event.objects.filter(kind="report.built").values_list("payload", flat=True))


def test_a_report_is_kept_as_it_was_read(sold):
    report = built(DAYS)

    fresh = SalesReport(DAYS, Interval.DAY)
    assert report.content == body(fresh)
    assert report.content["summary"]["net"] == "2.00"
    assert (report.version, report.currency, report.built_at) == (1, "GBP", AT)
    kept = {each.name: bytes(each.content) for each in report.files.all()}
    assert kept == {name: file(fresh, name).content for name in file_names(fresh)}
    assert report.job.result == {"report": str(report.pk)}
    assert (report.job.state, report.job.progress) == (Job.State.DONE, 100)


def test_what_duckdb_adds_up_is_as_of_its_export_and_waits_for_one_of_after_the_days(
    sold, tmp_path, settings
):
    settings.REPORTS_ENGINE, settings.REPORTS_EXPORT = "duckdb", tmp_path
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    job = asked(DAYS)
    export_facts(tmp_path, at=midnight - timedelta(seconds=1))

    with pytest.raises(FactsTooOld, match="2026-03-02T23:59:59"):
        jobs.run(job.pk, at=AT)
    job.refresh_from_db()
    assert (job.state, Report.objects.count()) == (Job.State.WAITING, 0)
    assert "FactsTooOld: Facts are as of 2026-03-02T23:59:59" in job.error

    export_facts(tmp_path, at=midnight)
    enter(sale("old:2", SALE, PricedLine(on_sale(price=100), 3, 100)))
    assert jobs.run(job.pk, at=job.next_at)
    report = Report.objects.get()
    assert (report.built_at, report.content["summary"]["net"]) == (midnight, "2.00")


def test_days_that_are_not_over_are_kept_as_they_are_now(sold):
    """The database's facts are the last there are, so nothing is lost by not waiting."""
    today = Days(AT.date(), AT.date() + timedelta(days=1))

    assert built(today, kind=Kind.ASKED).built_at == AT


def test_building_again_makes_a_version_and_leaves_the_older_one(sold):
    first = Report.objects.values().get(pk=built(DAYS).pk)
    enter(sale("old:2", SALE, PricedLine(on_sale(price=100), 3, 100)))

    second = built(DAYS, key="again")

    assert (second.version, second.content["summary"]["net"]) == (2, "5.00")
    assert Report.objects.values().get(version=1) == first


def test_versions_are_counted_for_each_kind_seller_and_span(sold, alice):
    seller = alice.seller.pk
    kept = [
        built(DAYS),
        built(DAYS, kind=Kind.ASKED),
        built(DAYS, seller_id=seller),
        built(DAYS, interval=Interval.MONTH),
        built(Days(DAYS.first, DAYS.last + timedelta(days=1))),
        built(DAYS, seller_id=seller, key="again"),
    ]

    assert [report.version for report in kept] == [1, 1, 1, 1, 1, 2]


def test_asking_with_the_same_key_again_builds_nothing(sold):
    report = built(DAYS)

    job = ask_for_report(
        kind=Kind.DAILY,
        days=DAYS,
        interval=Interval.DAY,
        seller_id=None,
        key=report.job.key,
        actor_id=None,
        at=AT,
    )

    assert job == report.job
    assert jobs.run(job.pk, at=AT) is False
    assert Report.objects.get() == report


def test_a_failure_leaves_the_version_before_it_and_nothing_of_its_own(sold):
    report = built(DAYS)
    other = asked(Days(DAYS.first, DAYS.last + timedelta(days=1)))
    row = {**Report.objects.values().get(), "version": 2, "job_id": other.pk, "id": other.pk}
    in_the_way = Report.objects.create(**row)

    with pytest.raises(IntegrityError):
        jobs.run(other.pk, at=AT)

    assert set(Report.objects.all()) == {report, in_the_way}
    assert set(ReportFile.objects.values_list("report", flat=True)) == {report.pk}
    other.refresh_from_db()
    assert (other.state, other.attempts, other.result) == (Job.State.WAITING, 1, {})
    assert "IntegrityError" in other.error


@pytest.mark.parametrize("model", [Report, ReportFile])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET id = id"])
def test_a_report_is_refused_to_whoever_would_change_it(sold, model, statement):
    built(DAYS)
    before = list(Report.objects.values()), list(ReportFile.objects.values())

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(model._meta.db_table))

    assert (list(Report.objects.values()), list(ReportFile.objects.values())) == before


def test_nothing_is_added_to_a_report(sold):
    report = built(DAYS)
    names = set(report.files.values_list("name", flat=True))

    with pytest.raises(DatabaseError, match="complete"), transaction.atomic():
        ReportFile.objects.create(report=report, name="x", content_type="x", content=b"")

    assert set(report.files.values_list("name", flat=True)) == names


@pytest.mark.parametrize("of_seller", [False, True])
def test_a_version_is_there_once(sold, alice, of_seller):
    seller_id = alice.seller.pk if of_seller else None
    report = built(DAYS, seller_id=seller_id)
    row = Report.objects.values().get()
    job = Job.objects.create(kind="report", key="other", queued_at=AT, next_at=AT)

    with pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.create(**{**row, "id": job.pk, "job_id": job.pk})

    assert Report.objects.get() == report


def test_a_job_makes_one_report(sold):
    report = built(DAYS)
    row = Report.objects.values().get()

    with pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.create(**{**row, "id": report.job_id, "version": 2})

    assert Report.objects.get() == report


@pytest.mark.parametrize(
    ("kind", "today", "first", "last"),
    [
        (Kind.DAILY, "2026-03-01", "2026-02-28", "2026-02-28"),
        (Kind.WEEKLY, "2026-03-02", "2026-02-23", "2026-03-01"),
        (Kind.WEEKLY, "2026-03-08", "2026-02-23", "2026-03-01"),
        (Kind.MONTHLY, "2024-03-01", "2024-02-01", "2024-02-29"),
        (Kind.MONTHLY, "2026-01-31", "2025-12-01", "2025-12-31"),
    ],
)
def test_the_days_that_ended_last(kind, today, first, last):
    days = ended(kind, date.fromisoformat(today))

    assert (days.first.isoformat(), days.last.isoformat()) == (first, last)


def test_reports_that_are_asked_for_are_not_scheduled():
    with pytest.raises(ValueError, match="asked"):
        ended(Kind.ASKED, DAYS.first)


def test_a_schedule_asks_once_for_the_marketplace_and_sellers_with_subscribers(alice):
    for kind in (Kind.DAILY, Kind.WEEKLY):
        subscribe(user=alice, kind=kind, seller_id=alice.seller.pk, at=AT)

    # Still Monday in UTC, and in London, which is an hour later in summer, Tuesday.
    for _ in range(2):
        jobs_asked = schedule_reports(kind=Kind.DAILY, at=datetime(2026, 6, 1, 23, 30, tzinfo=UTC))

    assert [(job.arguments["first"], job.arguments["seller"]) for job in jobs_asked] == [
        ("2026-06-01", None),
        ("2026-06-01", str(alice.seller.pk)),
    ]
    assert Job.objects.count() == 2


def test_the_end_of_a_scheduled_report_is_heard_by_each_reader_once(sold, alice, dana):
    for user in (alice, dana):
        subscribe(user=user, kind=Kind.DAILY, seller_id=alice.seller.pk, at=AT)
    subscribe(user=dana, kind=Kind.DAILY, seller_id=None, at=AT)
    subscribe(user=dana, kind=Kind.WEEKLY, seller_id=None, at=AT)

    built(DAYS, seller_id=alice.seller.pk)
    assert heard() == [{"user": str(alice.pk)}, {"user": str(dana.pk)}]

    built(DAYS, seller_id=alice.seller.pk, key="again")
    assert len(heard()) == 2

    built(DAYS)
    assert heard()[2:] == [{"user": str(dana.pk)}]


def test_who_may_not_read_a_report_any_more_hears_of_none(sold, alice, dana):
    subscribe(user=dana, kind=Kind.DAILY, seller_id=None, at=AT)
    subscribe(user=alice, kind=Kind.DAILY, seller_id=alice.seller.pk, at=AT)
    dana.groups.clear()
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)

    built(DAYS)
    built(DAYS, seller_id=alice.seller.pk)

    assert heard() == []


def test_a_subscription_is_one_however_often_it_is_asked_for(dana):
    made = [subscribe(user=dana, kind=Kind.DAILY, seller_id=None, at=AT) for _ in range(2)]

    assert made == [Subscription.objects.get()] * 2

    unsubscribe(user=dana, kind=Kind.WEEKLY, seller_id=None)
    assert Subscription.objects.count() == 1
    for _ in range(2):
        unsubscribe(user=dana, kind=Kind.DAILY, seller_id=None)
    assert not Subscription.objects.exists()


def test_nobody_subscribes_to_what_is_not_his_or_does_not_come(alice, bob, dana):
    other = UserFactory()
    for user, kind, seller_id, refusal in (
        (alice, Kind.DAILY, None, NotFound),
        (bob, Kind.DAILY, alice.seller.pk, NotFound),
        (bob, Kind.DAILY, None, NotFound),
        (alice, Kind.DAILY, other.pk, NotFound),
        (dana, Kind.ASKED, None, Invalid),
    ):
        with pytest.raises(refusal):
            subscribe(user=user, kind=kind, seller_id=seller_id, at=AT)

    assert not Subscription.objects.exists()


def test_who_sees_which_reports(sold, alice, bob, dana):
    shop, own = built(DAYS), built(DAYS, seller_id=alice.seller.pk)

    assert set(Report.objects.visible_to(dana)) == {shop, own}
    assert list(Report.objects.visible_to(alice)) == [own]
    assert not Report.objects.visible_to(bob).exists()


@pytest.mark.postgresql
def test_reports_that_are_built_at_once_are_versions(transactional_db):
    keys = iter(range(4))

    versions = at_once(lambda: built(DAYS, key=str(next(keys))).version)

    assert sorted(versions) == [1, 2, 3, 4]


def test_all_parts_are_of_one_moment(transactional_db, alice):
    """What is sold while a report is read is in no part of it; and it waits for nobody."""
    variant = on_sale(price=100, seller=alice.seller)
    enter(sale("old:1", SALE, PricedLine(variant, 2, 100)))

    class Interrupted(jobs.Work):
        def tell(self, done, of, step):
            if step == "Reading categories":
                with ThreadPoolExecutor(1) as pool:
                    pool.submit(sell).result()

    def sell():
        try:
            enter(sale("old:2", SALE, PricedLine(variant, 3, 100)))
        finally:
            connection.close()

    job = asked(DAYS)
    jobs.claim(job.pk, at=AT)
    job.refresh_from_db()
    build_report(Interrupted(job, at=AT))

    content = Report.objects.get().content
    assert [part["net"] for part in content["products"]] == ["2.00"]
    assert content["summary"]["net"] == content["categories"][0]["net"] == "2.00"
    assert SalesReport(DAYS).summary.figures.net == 500
