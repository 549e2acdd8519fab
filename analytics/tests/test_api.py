"""Reports of any days over HTTP: what they say, what is refused, and who may see whose."""

from base64 import b64decode
from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from PIL import Image

from accounts.tests.factories import SellerFactory, UserFactory
from analytics.api.serializers import SalesSerializer
from analytics.tests.factories import enter, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale

pytestmark = pytest.mark.django_db

URL = "/api/v1/reports/sales"
MARCH = "from=2026-03-01&to=2026-03-31"


@pytest.fixture
def ann(db):
    return SellerFactory(name="Ann")


@pytest.fixture
def ben(db):
    return SellerFactory(name="Ben")


@pytest.fixture
def _sold(ann, ben, bob):
    """In March, of Ann's for 3.00 and of Ben's for 10.00."""
    mug, pan = on_sale(price=300, seller=ann), on_sale(price=1000, seller=ben)
    lines = PricedLine(mug, 1, 300), PricedLine(pan, 1, 1000)
    enter(sale("1", datetime(2026, 3, 3, 12, tzinfo=UTC), *lines, buyer=bob))


@pytest.fixture
def analyst(db):
    user = UserFactory(is_staff=True)
    user.groups.set([Group.objects.get(name="analyst")])
    return user


@pytest.mark.usefixtures("_sold")
def test_an_analyst_sees_the_shop_and_any_seller_and_a_seller_sees_only_its_own(
    api, analyst, ann, ben
):
    def net(user, asked=MARCH):
        found = api(user).get(f"{URL}?{asked}").json()
        return found["summary"]["net"], found["seller"], "sellers" in found

    assert net(analyst) == ("13.00", None, True)
    assert net(analyst, f"{MARCH}&seller={ann.pk}") == ("3.00", str(ann.pk), False)
    assert net(ann.user) == ("3.00", str(ann.pk), False)
    assert net(ben.user, f"{MARCH}&seller={ben.pk}") == ("10.00", str(ben.pk), False)


@pytest.mark.usefixtures("_sold")
def test_nobody_else_sees_anything(api, analyst, bob, ann, ben):
    support = UserFactory(is_staff=True)

    def status(user, seller=""):
        wanted = [f"{URL}?{MARCH}{seller}", f"{URL}/trend.csv?{MARCH}{seller}"]
        return [api(user).get(url).status_code for url in wanted]

    assert status(None) == [401, 401]
    assert [status(user) for user in (bob, support)] == [[403, 403]] * 2
    assert status(ann.user, f"&seller={ben.pk}") == [403, 403]
    assert status(analyst, f"&seller={uuid4()}") == [404, 404]


def test_the_body_is_what_the_schema_says(api, analyst):
    found = api(analyst).get(f"{URL}?{MARCH}&group_by=week").json()

    fields = SalesSerializer().fields
    assert set(found) == set(fields)
    assert set(found["trend"][0]) == set(fields["trend"].child.fields)
    assert set(found["summary"]) == set(fields["summary"].fields)
    assert (found["group_by"], len(found["trend"])) == ("week", 6)


def test_thirty_days_up_to_the_shops_today_are_the_usual_ones(api, analyst, clocks):
    clocks.stop_at(datetime(2026, 6, 9, 23, 30, tzinfo=UTC))  # the tenth in London

    usual, week, since = (
        api(analyst).get(f"{URL}{query}").json() for query in ("", "?range=7d", "?from=2026-06-01")
    )

    assert (usual["from"], usual["to"], usual["summary"]["net"]) == (
        "2026-05-12",
        "2026-06-10",
        "0.00",
    )
    assert [week["from"], week["to"]] == ["2026-06-04", "2026-06-10"]
    assert [since["from"], since["to"]] == ["2026-06-01", "2026-06-10"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("range=6d", "range"),
        ("range=366d", "range"),
        ("range=month", "range"),
        ("range=30d&from=2026-03-01", "range"),
        ("to=2026-03-01", "from"),
        ("from=2026-03-02&to=2026-03-01", "from"),
        ("from=2025-01-01&to=2026-01-02", "from"),
        ("from=1969-12-31&to=1970-01-05", "from"),
        ("from=2999-12-31&to=3000-01-01", "to"),
        ("from=yesterday", "from"),
        ("group_by=hour", "group_by"),
        ("seller=ann", "seller"),
        ("charts=no", "charts"),
        ("colour=red", "colour"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(api, analyst, query, field):
    answer = api(analyst).get(f"{URL}?{query}")

    assert answer.status_code == 400
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


@pytest.mark.usefixtures("_sold")
def test_pictures_can_be_in_the_body_itself(api, ann):
    charts = api(ann.user).get(f"{URL}?{MARCH}&charts=inline").json()["charts"]

    kind, _, picture = charts["trend"]["png"].partition(";base64,")
    assert (kind, Image.open(BytesIO(b64decode(picture))).format) == ("data:image/png", "PNG")


@pytest.mark.usefixtures("_sold")
def test_files_are_where_the_body_says_whatever_a_client_accepts(api, ann):
    client = api(ann.user, Accept="text/csv")
    links = api(ann.user).get(f"{URL}?{MARCH}&group_by=month").json()["files"]

    answer = client.get(links["trend.csv"])

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert (
        'filename="mercat-sales-2026-03-01-2026-03-31-trend.csv"' in answer["Content-Disposition"]
    )
    assert [line.split(",")[:8] for line in answer.content.decode().splitlines()[1:]] == [
        ["2026-03-01", "2026-03-31", "1", "1", "3.00", "0.00", "0.00", "3.00"]
    ]
    assert api(ann.user).get(links["trend.csv"].replace("trend", "sellers")).status_code == 404
