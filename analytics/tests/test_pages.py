"""The pages of reports: whose figures they show, what they refuse, keeping and subscribing."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group

from accounts.tests.factories import SellerFactory, UserFactory
from analytics.models import Report, Subscription
from analytics.queries import Days
from analytics.services import subscribe
from analytics.tests.factories import asked, enter, kept, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from core.models import Job

pytestmark = pytest.mark.django_db

DAY = Days(date(2026, 3, 3), date(2026, 3, 3))
BEFORE = datetime(2026, 2, 1, tzinfo=UTC)
MARCH = "from=2026-03-01&to=2026-03-31"


@pytest.fixture
def ann(db):
    return SellerFactory(name="Ann")


@pytest.fixture
def analyst(db):
    user = UserFactory(is_staff=True)
    user.groups.set([Group.objects.get(name="analyst")])
    return user


@pytest.fixture
def _sold(ann):
    """In February for 2.00 of Ann's; in March for 3.00 of Ann's and 10.00 of somebody else's."""
    mug, pan = on_sale(price=100, title="<b>Mug</b>", seller=ann), on_sale(price=1000)
    enter(
        sale("1", datetime(2026, 2, 9, 12, tzinfo=UTC), PricedLine(mug, 2, 100)),
        sale("2", datetime(2026, 3, 3, 12, tzinfo=UTC), PricedLine(mug, 3, 100)),
        sale("3", datetime(2026, 3, 3, 12, tzinfo=UTC), PricedLine(pan, 1, 1000)),
    )


def tiles(response):
    return {tile.title: (tile.value, tile.change) for tile in response.context["tiles"]}


@pytest.mark.usefixtures("_sold")
def test_a_seller_sees_its_own_sales_beside_those_of_the_days_before(client, ann):
    client.force_login(ann.user)

    page = client.get(f"/reports?{MARCH}&group_by=month")

    assert tiles(page)["Net"] == ("£3.00", "Up 50.0% from £2.00")
    assert tiles(page)["Orders"] == ("1", "As before: 1")
    assert tiles(page)["Refunds"] == ("£0.00", "Before: £0.00")
    text = page.content.decode()
    assert "&lt;b&gt;Mug&lt;/b&gt;" in text
    assert "<b>Mug</b>" not in text
    again = f"from=2026-03-01&amp;to=2026-03-31&amp;group_by=month&amp;seller={ann.pk}"
    assert f'src="/reports/sales/trend.svg?{again}"' in text
    assert 'id="sellers"' not in text


@pytest.mark.usefixtures("_sold")
def test_an_analyst_sees_the_shop_or_the_seller_that_is_named(client, analyst, ann):
    client.force_login(analyst)

    assert tiles(client.get(f"/reports?{MARCH}"))["Net"][0] == "£13.00"
    assert tiles(client.get(f"/reports?{MARCH}&seller={ann.pk}"))["Net"][0] == "£3.00"
    assert client.get(f"/reports?seller={uuid4()}").status_code == 404
    assert 'href="/reports"' in client.get("/").content.decode()


def test_others_see_no_reports(client, bob, ann):
    report = kept(DAY, seller_id=ann.pk)
    own = ["/reports", "/reports/sales/trend.csv", "/reports/kept"]
    anns = [f"/reports/kept/{report.pk}", f"/reports/kept/{report.pk}/trend.csv"]

    assert {client.get(path).status_code for path in own + anns} == {302}
    client.force_login(bob)
    assert [client.get(path).status_code for path in own + anns] == [403, 403, 403, 404, 404]
    assert 'href="/reports"' not in client.get("/").content.decode()
    client.force_login(SellerFactory().user)
    assert [client.get(path).status_code for path in anns] == [404, 404]
    assert client.get(f"/reports?seller={ann.pk}").status_code == 403


def test_days_that_cannot_be_are_refused_beside_their_field(client, ann):
    client.force_login(ann.user)

    page = client.get("/reports?from=2026-03-02&to=2026-03-01")

    assert page.status_code == 422
    assert page.context["form"].errors == {"first": ["This is after `to`."]}
    assert client.get("/reports?range=1d").status_code == 422
    assert client.get("/reports/sales/trend.csv?range=1d").status_code == 404
    assert client.get("/reports/sales/trend.doc").status_code == 404


@pytest.mark.usefixtures("_sold")
def test_a_drawing_may_style_itself_and_nothing_else(client, ann):
    client.force_login(ann.user)

    answer = client.get(f"/reports/sales/trend.svg?{MARCH}")

    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert b"<svg" in answer.content


def test_what_is_shown_is_kept_once_however_often_the_form_is_sent(client, ann):
    client.force_login(ann.user)
    form = client.get(f"/reports?{MARCH}&group_by=week").context["keep_form"]
    sent = {name: form[name].value() for name in form.fields}

    first = client.post("/reports/keep", sent, follow=True)
    client.post("/reports/keep", sent)

    job = Job.objects.get(kind="report")
    assert job.arguments == {
        "kind": "asked",
        "first": "2026-03-01",
        "last": "2026-03-31",
        "interval": "week",
        "seller": str(ann.pk),
    }
    assert "Waiting for its turn" in first.content.decode()
    fragment = client.get("/reports/jobs", headers={"HX-Request": "true"})
    assert 'hx-trigger="every 2s"' in fragment.content.decode()
    assert client.get("/reports/jobs").url == "/reports/kept"


def test_nothing_is_kept_of_another_seller_or_of_too_many_days(client, ann):
    client.force_login(ann.user)
    sent = {"first": "2026-03-01", "last": "2026-03-02", "group_by": "day", "key": uuid4()}

    other = client.post("/reports/keep", {**sent, "seller": SellerFactory().pk})
    longer = client.post("/reports/keep", {**sent, "first": "2024-03-01"})

    assert (other.status_code, longer.status_code) == (403, 302)
    assert not Job.objects.exists()


def test_a_job_that_failed_is_not_asked_for_again(client, ann):
    job = asked(DAY, seller_id=ann.pk)
    Job.objects.filter(pk=job.pk).update(
        actor_id=ann.user.pk, state="failed", error="secret", finished_at=job.queued_at
    )
    client.force_login(ann.user)

    text = client.get("/reports/kept").content.decode()

    assert "It could not be built." in text
    assert "secret" not in text
    assert "hx-trigger" not in text


@pytest.mark.usefixtures("_sold")
def test_a_kept_report_shows_what_was_stored_and_its_files_never_change(client, ann):
    report = kept(DAY, seller_id=ann.pk)
    enter(sale("4", datetime(2026, 3, 3, 13, tzinfo=UTC), PricedLine(on_sale(seller=ann), 1, 500)))
    client.force_login(ann.user)

    page = client.get(f"/reports/kept/{report.pk}")
    answer = client.get(f"/reports/kept/{report.pk}/trend.csv")

    assert tiles(page)["Net"][0] == "£3.00"
    assert answer.content == bytes(report.files.get().content)
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert f'href="/reports/kept/{report.pk}"' in client.get("/reports/kept").content.decode()


def test_mail_is_begun_and_ended(client, ann, analyst):
    client.force_login(ann.user)
    client.post("/reports/subscription", {"kind": "weekly"})
    client.post("/reports/subscription", {"kind": "asked"})

    assert list(Subscription.objects.values_list("user", "kind", "seller")) == [
        (ann.user.pk, "weekly", ann.pk)
    ]
    client.force_login(analyst)
    client.post("/reports/subscription", {"kind": "daily"})
    assert Subscription.objects.get(user=analyst).seller is None
    stop(client, Subscription.objects.get(user=analyst))
    assert not Subscription.objects.filter(user=analyst).exists()


def stop(client, subscription):
    """By the page's own button, if there is one."""
    address = f"/reports/subscription/{subscription.pk}/end"
    assert f'action="{address}"' in client.get("/reports/kept").content.decode()
    return client.post(address)


def test_who_becomes_an_analyst_can_stop_the_mail_of_his_own_shop(client, ann):
    subscribe(user=ann.user, kind=Report.Kind.DAILY, seller_id=ann.pk, at=BEFORE)
    ann.user.groups.set([Group.objects.get(name="analyst")])
    type(ann.user).objects.update(is_staff=True)
    client.force_login(ann.user)
    client.post("/reports/subscription", {"kind": "daily"})

    stop(client, Subscription.objects.get(seller=ann))

    assert Subscription.objects.get().seller is None


def test_nobody_stops_anothers_mail(client, ann, analyst):
    own = subscribe(user=analyst, kind=Report.Kind.DAILY, seller_id=None, at=BEFORE)
    client.force_login(ann.user)

    assert client.post(f"/reports/subscription/{own.pk}/end").status_code == 302

    assert Subscription.objects.get() == own
