"""Sending money from the wallet page, with and without JavaScript, on a phone and on a desk."""

from decimal import Decimal

import pytest

from accounts.tests.factories import UserFactory
from core.ids import uuid7
from ledger.models import ScheduledTransfer
from ledger.services import run_due_transfers, state_rate
from ledger.testing import assert_books_balance
from orders.tests.factories import give
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_accessibility import faults_here

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


@pytest.fixture
def people(db):
    bob = UserFactory()
    give(bob, "10.00")
    return bob, UserFactory(email="a.very.long.address.of.somebody.else@a-very-long-domain.example")


@pytest.mark.parametrize(
    "options",
    [{"viewport": DESK}, {"java_script_enabled": False}, {"viewport": PHONE, "has_touch": True}],
    ids=["desk", "without JavaScript", "phone"],
)
def test_money_is_sent_now_and_every_month(browse, people, options):
    bob, alice = people
    shopper = browse(**options)
    shopper.sign_in(bob)
    page = shopper.page
    page.goto("/wallet")

    now = page.get_by_role("region", name="Send money")
    fill(now, alice.email, "4.00", "Lunch")
    now.get_by_role("button", name="Send").click()
    shopper.reads(f"You sent £4.00 to {alice.email}.")
    shopper.reads("£6.00")

    later = page.get_by_role("region", name="Standing orders")
    fill(later, alice.email, "2.50", "Rent")
    later.get_by_role("button", name="Set up").click()
    shopper.reads("Every month, next on")
    run_due_transfers()
    later.get_by_role("button", name="Cancel £2.50").click()
    shopper.reads("The standing order is cancelled.")
    assert ScheduledTransfer.objects.get().status == "cancelled"
    assert_books_balance()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_refusals_and_standing_orders_are_accessible_and_fit(browse, people, viewport):
    bob, alice = people
    shopper = browse(viewport=viewport)
    shopper.sign_in(bob)
    page = shopper.page
    page.goto("/wallet")
    later = page.get_by_role("region", name="Standing orders")
    fill(later, alice.email, "20.00", "Rent" * 50)
    later.get_by_role("button", name="Set up").click()
    run_due_transfers()
    now = page.get_by_role("region", name="Send money")
    fill(now, alice.email, "3.00", "Lunch" * 40)
    now.get_by_role("button", name="Send").click()
    fill(now, "nobody@example.com", "1e3", "")
    now.get_by_role("button", name="Send").click()

    assert now.get_by_label("Amount").get_attribute("aria-invalid") == "true"
    shopper.reads("The last time it was refused: insufficient funds.")
    assert faults_here(page) == []


@pytest.mark.parametrize(
    "options",
    [{"viewport": DESK}, {"java_script_enabled": False, "viewport": PHONE}],
    ids=["desk", "phone without JavaScript"],
)
def test_money_comes_in_goes_out_and_is_exchanged(browse, people, options):
    bob, _ = people
    state_rate(currency="JPY", rate=Decimal("195.5"), actor_id=uuid7())
    shopper = browse(**options)
    shopper.sign_in(bob)
    page = shopper.page
    page.goto("/wallet")

    def region(name):
        return page.get_by_role("region", name=name)

    region("Exchange").get_by_label("Amount").fill("2")
    region("Exchange").get_by_role("button", name="Show what I get").click()
    shopper.reads("JP¥391")
    region("Exchange").get_by_role("button", name="Exchange £2.00").click()
    shopper.reads("Your money is exchanged.")
    region("Top up").get_by_label("Amount").fill("5")
    region("Top up").get_by_role("button", name="Announce").click()
    region("Withdraw").get_by_label("Amount").fill("3")
    region("Withdraw").get_by_label("To (IBAN").fill("GB82 WEST 1234 5698 7654 33")
    region("Withdraw").get_by_role("button", name="Withdraw").click()
    shopper.reads("Check this IBAN")
    if options.get("java_script_enabled", True):
        assert faults_here(page) == []
    region("Withdraw").get_by_label("To (IBAN").fill("GB82 WEST 1234 5698 7654 32")
    region("Withdraw").get_by_role("button", name="Withdraw").click()
    region("On its way").get_by_role("button", name="Cancel Withdrawal").click()
    shopper.reads("The request is cancelled.")
    assert_books_balance()


def fill(region, email, amount, memo):
    region.get_by_label("To whom").fill(email)
    region.get_by_label("Amount").fill(amount)
    region.get_by_label("What for").fill(memo)
