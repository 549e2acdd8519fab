"""Finance's pages: statements, closing, holds, and reversals that two people decide."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from ledger.admin import accounts
from ledger.chart import wallet
from ledger.models import Account, PeriodClose, ReversalRequest, Transaction
from ledger.services import post_batch
from ledger.tests.books import FUNDING, balance_of, fund, move, pot, rows
from ledger.tests.held import place
from ledger.tests.months import ANN, FEBRUARY, close, two_months
from ledger.tests.test_admin import choose, said

pytestmark = pytest.mark.django_db

STATEMENTS = "/admin/ledger/periodclose/statements/"
CLOSE = "/admin/ledger/periodclose/close/"


def staff_of(group: str) -> Client:
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def finance() -> Client:
    return staff_of("finance")


def text(client: Client, path: str, **query: str) -> str:
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


def test_statements_show_the_day_that_is_picked(finance: Client) -> None:
    two_months()

    january = text(finance, STATEMENTS, until="2024-01-31")
    february = text(finance, STATEMENTS, since="2024-02-01", until="2024-02-29")

    assert january.count("£80.00") == 2  # wallets: in the trial balance, in the balance sheet
    assert "JP¥500" in january
    assert "£150.00" in february
    assert "-£1.00" in february
    assert "not closed yet" in february
    close(FEBRUARY)
    assert "closed, and so final" in text(finance, STATEMENTS, until="2024-02-29")


def test_statements_take_constant_queries_and_can_be_taken_away(finance: Client) -> None:
    two_months()
    text(finance, STATEMENTS)
    with CaptureQueriesContext(connection) as few:
        text(finance, STATEMENTS)
    post_batch([move(FUNDING, pot(f"pot{n}"), 5) for n in range(5)])
    with CaptureQueriesContext(connection) as many:
        data = json.loads(text(finance, STATEMENTS, until="2024-01-31", format="json"))

    assert len(many) <= len(few)
    assert data["currencies"]["GBP"]["income_statement"]["earned"] == "2.00"
    assert "first day is after" in text(finance, STATEMENTS, since="2024-02-01", until="2024-01-01")


def test_finance_closes_a_month_after_seeing_it(finance: Client) -> None:
    two_months()
    answer = {"through": "2024-01-01", "reason": "Done"}

    page = text(finance, CLOSE)
    assert "What is closed: January 2024" in page
    assert "£100.00" in page
    for missing in ({"reason": "Done"}, answer, {**answer, "reason": " ", "sure": "on"}):
        assert finance.post(CLOSE, missing).status_code == 200
        assert not PeriodClose.objects.exists()

    closed = finance.post(CLOSE, {**answer, "sure": "on"}, follow=True)

    january = PeriodClose.objects.get()
    assert said(closed) == ["January 2024 is closed."]
    assert (january.label, january.reason) == ("2024-01", "Done")
    assert str(january.actor_id) == finance.session["_auth_user_id"]
    stored = finance.get(f"/admin/ledger/periodclose/{january.pk}/reports/")
    assert stored.content == bytes(january.reports)


def test_what_cannot_be_closed_is_said(finance: Client) -> None:
    assert "no books to close" in text(finance, CLOSE)
    fund(ANN, 100)
    assert "has not ended yet" in text(finance, CLOSE)
    answer = {"through": "2024-01-01", "reason": "Done", "sure": "on"}
    assert finance.post(CLOSE, answer).context["form"].errors
    assert not PeriodClose.objects.exists()


ALLOWED = {
    "finance": {STATEMENTS: 200, CLOSE: 200},
    "analyst": {STATEMENTS: 200, CLOSE: 403},
    "support": {STATEMENTS: 403, CLOSE: 403},
    "orders": {STATEMENTS: 403, CLOSE: 403},
    "catalog": {STATEMENTS: 403, CLOSE: 403},
}


@pytest.mark.parametrize("group", ALLOWED)
def test_each_role_sees_and_closes_what_it_may(group: str) -> None:
    two_months()
    client, before = staff_of(group), rows()

    assert {page: client.get(page).status_code for page in ALLOWED[group]} == ALLOWED[group]

    if group != "finance":
        answer = {"through": "2024-01-01", "reason": "Fun", "sure": "on"}
        assert client.post(CLOSE, answer).status_code == 403
        for model in ("account", "transaction", "hold", "reversalrequest"):
            assert client.get(f"/admin/ledger/{model}/").status_code == 403
    assert rows() == before


def test_an_account_has_a_statement_in_pages(
    finance: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "STATEMENT", 2)
    post_batch([move(FUNDING, ANN, 100 * n) for n in (1, 2, 3)])
    path = f"/admin/ledger/account/{Account.objects.get(code=ANN.code).pk}/statement/"

    first = text(finance, path)
    rest = text(finance, path, after_version="2")

    assert "£6.00" in first
    assert ("£2.00" in first, "after_version=2" in first) == (True, True)
    assert ("£2.00" in rest, "£3.00" in rest, "Next entries" in rest) == (False, True, False)
    assert "Nothing was recorded" in text(finance, path, until="2024-01-31")


def test_holds_show_how_they_ended(finance: Client, bob: Any) -> None:
    fund(wallet(bob.pk, "GBP"), 1_000)
    hold = place(bob.pk, 250)

    page = text(finance, "/admin/ledger/hold/")

    assert "£2.50" in page
    assert "open" in text(finance, f"/admin/ledger/hold/{hold.pk}/change/")


def test_a_large_reversal_takes_two_people(finance: Client, settings: Any) -> None:
    settings.LEDGER_TWO_PERSON_LIMIT = 5_000
    header = Transaction.objects.get(pk=fund(ANN, 5_001).transaction_id)

    outcome = said(choose(finance, "transaction", "reverse", header, reason="Twice"))

    request = ReversalRequest.objects.get()
    assert "somebody else has to approve it" in outcome[0]
    assert balance_of(ANN) == 5_001
    choose(finance, "reversalrequest", "approve", request, reason="Seen")
    assert balance_of(ANN) == 5_001
    choose(staff_of("finance"), "reversalrequest", "approve", request, reason="Seen")
    assert balance_of(ANN) == 0
    request.refresh_from_db()
    assert (request.decision, request.decision_reason) == ("approved", "Seen")
    assert "approved" in text(finance, f"/admin/ledger/reversalrequest/{request.pk}/change/")


def test_a_large_reversal_may_be_rejected(finance: Client, settings: Any) -> None:
    settings.LEDGER_TWO_PERSON_LIMIT = 0
    header = Transaction.objects.get(pk=fund(ANN, 1).transaction_id)
    choose(finance, "transaction", "reverse", header, reason="Twice")

    request = ReversalRequest.objects.get()
    choose(staff_of("finance"), "reversalrequest", "reject", request, reason="No")

    request.refresh_from_db()
    assert (request.decision, balance_of(ANN)) == ("rejected", 1)
