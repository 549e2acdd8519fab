"""The pages of reports in a browser: they fit, are accessible, and work with and without JavaScript."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from accounts.tests.factories import SellerFactory, UserFactory
from analytics.queries import Days
from analytics.tests.factories import BUILT, enter, kept, sale
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from config.celery import app
from core import jobs
from core.models import Job
from tests.browser.conftest import DESK, PATIENCE, PHONE
from tests.browser.test_accessibility import faults, faults_here

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]

SOLD = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = Days(SOLD.date(), SOLD.date())
SHOWN = "/reports?from=2026-03-01&to=2026-03-10"


@pytest.fixture(autouse=True)
def _nobody_works():
    """Jobs wait: their messages go nowhere."""
    usual = {name: app.conf[name] for name in ("task_always_eager", "broker_url")}
    app.conf.update(task_always_eager=False, broker_url="memory://")
    yield
    app.conf.update(usual)


@pytest.fixture
def analyst(db):
    user = UserFactory(is_staff=True)
    user.groups.set([Group.objects.get(name="analyst")])
    mug = on_sale(title="A Very Long Name of a Mug " * 4, seller=SellerFactory(name="Ann"))
    enter(sale("1", SOLD, PricedLine(mug, 3, 1_234_567)))
    return user


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_reports_are_accessible_and_fit(browse, analyst, viewport, scheme):
    report = kept(DAY, files=["trend.svg", "trend.csv", "report.pdf"])
    visitor = browse(viewport=viewport, color_scheme=scheme)
    page = visitor.page
    visitor.sign_in(analyst)
    found = {"live": faults(page, SHOWN)}
    chart = page.locator("img[src*='trend.svg']")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_js_property("complete", True, timeout=PATIENCE)
    assert chart.evaluate("each => each.naturalWidth") > 0
    for table in page.get_by_text("Figures as a table").all():
        table.click()
    found["tables"] = faults_here(page)
    found["refused"] = faults(page, "/reports?from=2026-03-02&to=2026-03-01")
    page.goto(SHOWN)
    page.get_by_role("button", name="Build and keep").click()
    visitor.reads("Waiting for its turn")
    found["on its way"] = faults_here(page)
    found["kept"] = faults(page, f"/reports/kept/{report.pk}")

    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["with", "without"])
def test_a_report_is_kept_followed_opened_and_mailed(browse, analyst, options):
    visitor = browse(**options)
    page = visitor.page
    visitor.sign_in(analyst)
    page.goto("/reports")
    page.get_by_label("From").fill("2026-03-02")
    page.get_by_label("To", exact=True).fill("2026-03-02")
    page.get_by_role("button", name="Show").click()
    visitor.reads("£37,037.01")
    page.get_by_role("button", name="Build and keep").click()
    visitor.reads("Waiting for its turn")
    report = kept(DAY)
    with jobs.claim(Job.objects.get(actor_id=analyst.pk).pk, at=BUILT, attempt=0).finish(
        report=str(report.pk)
    ):
        pass

    if options:
        page.get_by_role("link", name="Look how far it is").click()
    page.get_by_role("link", name="Open the report").click()
    visitor.reads("2 March 2026 to 2 March 2026")
    page.get_by_role("link", name="Kept reports").click()
    page.get_by_role("button", name="Mail me the weekly report").click()
    visitor.reads("You will be mailed each weekly report.")
    page.get_by_role("button", name="Stop the weekly report").click()
    visitor.reads("You will be mailed no more weekly reports.")
