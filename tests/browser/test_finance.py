"""Finance's pages in a real browser: nothing serious that axe can find, nothing that sticks out."""

import os
import re

import pytest
from django.contrib.auth.models import Group

from accounts.tests.factories import PASSWORD, UserFactory
from ledger.models import Account
from ledger.tests.months import ANN, close, two_months
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_accessibility import faults

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]

PAGES = {
    "statements": "/admin/ledger/periodclose/statements/?since=2024-02-01&until=2024-02-29",
    "close": "/admin/ledger/periodclose/close/",
    "statement": "/admin/ledger/account/{account}/statement/",
}

SHOTS = os.environ.get("FINANCE_SHOTS", "")


@pytest.fixture
def accountant(db):
    two_months()
    close()
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="finance"))
    return person


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_finance_pages_are_accessible_and_fit(browse, accountant, viewport, scheme):
    visitor = browse(viewport=viewport, color_scheme=scheme)
    page = visitor.page
    page.goto("/admin/")
    page.locator("input[name=username]").fill(accountant.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/admin/$(?<!next=/admin/)"))
    account = Account.objects.get(code=ANN.code).pk

    found = {}
    for name, path in PAGES.items():
        found[name] = faults(page, path.format(account=account))
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{viewport['width']}-{scheme}.png", full_page=True)

    assert {name: faults for name, faults in found.items() if faults} == {}
    page.goto(PAGES["statements"])
    visitor.reads("Promotions")
