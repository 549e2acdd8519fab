from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from core import permissions
from core.models import AuditEntry
from ledger.admin.base import NEWEST
from ledger.models import Account, SpendingLimit, Transaction
from ledger.services import post_batch, run_due_transfers
from ledger.tests.books import FUNDING, balance_of, fund, move, pot, rows
from ledger.tests.test_schedules import HOUR, standing

pytestmark = pytest.mark.django_db

ANN = pot("ann")


@pytest.fixture
def staff(dana: Any, client: Client) -> Client:
    client.force_login(dana)
    return client


def count(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_accounts_are_listed_with_their_balance(staff: Client) -> None:
    fund(ANN, 123_456)

    page = staff.get("/admin/ledger/account/").content.decode()

    assert "pot:ann:GBP" in page
    assert "£1,234.56" in page
    assert "-£1,234.56" in page


def test_an_account_shows_its_newest_entries(staff: Client) -> None:
    post_batch([move(FUNDING, ANN, 100 + n) for n in range(NEWEST + 1)])
    account = Account.objects.get(code=ANN.code)

    page = staff.get(f"/admin/ledger/account/{account.pk}/change/").content.decode()

    assert f"£{(100 + NEWEST) / 100:.2f}" in page
    assert "£1.01" in page
    assert "£1.00" not in page


def test_a_transaction_shows_its_entries(staff: Client) -> None:
    posted = fund(ANN, 2500)

    page = staff.get(f"/admin/ledger/transaction/{posted.transaction_id}/change/").content.decode()

    assert "pot:ann:GBP" in page
    assert "platform:funding:GBP" in page
    assert "£25.00" in page


def test_pages_take_the_same_queries_for_any_number_of_rows(staff: Client) -> None:
    fund(ANN, 100)
    account, header = Account.objects.get(code=ANN.code), Transaction.objects.get()
    paths = [
        "/admin/ledger/account/",
        "/admin/ledger/transaction/",
        f"/admin/ledger/account/{account.pk}/change/",
        f"/admin/ledger/transaction/{header.pk}/change/",
    ]
    [count(staff, path) for path in paths]  # content types are remembered from here on
    one = [count(staff, path) for path in paths]

    post_batch([move(FUNDING, ANN, 5), move(FUNDING, pot("ben"), 5), move(ANN, pot("ben"), 5)])

    assert [count(staff, path) for path in paths] == one


@pytest.mark.parametrize("model", ["account", "transaction"])
def test_nobody_adds_changes_or_deletes(admin_client: Client, model: str) -> None:
    fund(ANN, 100)
    pk = (Account if model == "account" else Transaction)._default_manager.latest("pk").pk

    assert admin_client.get(f"/admin/ledger/{model}/add/").status_code == 403
    assert admin_client.post(f"/admin/ledger/{model}/{pk}/delete/").status_code == 403
    assert admin_client.post(f"/admin/ledger/{model}/{pk}/change/", {}).status_code == 403


def choose(staff: Client, model: str, action: str, *rows: Any, **answers: str) -> Any:
    chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return staff.post(f"/admin/ledger/{model}/", chosen | answers, follow=True)


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_finance_freezes_and_unfreezes_with_a_reason(staff: Client, dana: Any) -> None:
    fund(ANN, 100)
    ann = Account.objects.get(code=ANN.code)

    question = choose(staff, "account", "freeze", ann)
    assert "pot:ann:GBP" in question.content.decode()
    assert not AuditEntry.objects.exists()
    missing = choose(staff, "account", "freeze", ann, reason=" ")
    assert "This field is required." in missing.content.decode()

    assert said(choose(staff, "account", "freeze", ann, reason="Stolen")) == [
        "pot:ann:GBP: done (freeze)."
    ]
    ann.refresh_from_db()
    assert ann.status == "frozen"
    assert said(choose(staff, "account", "freeze", ann, reason="Again")) == [
        "pot:ann:GBP: The account is not open."
    ]
    choose(staff, "account", "unfreeze", ann, reason="Found")
    ann.refresh_from_db()
    assert ann.status == "open"
    trail = AuditEntry.objects.filter(stream="ledger").order_by("seq")
    assert [(one.action, one.actor_id, one.changes["reason"]) for one in trail] == [
        ("freeze", dana.pk, "Stolen"),
        ("unfreeze", dana.pk, "Found"),
    ]


def test_finance_reverses_with_a_reason(staff: Client, dana: Any) -> None:
    header = Transaction.objects.get(pk=fund(ANN, 100).transaction_id)

    choose(staff, "transaction", "reverse", header, reason="Twice")

    undone = Transaction.objects.get(reverses=header)
    assert (undone.reason, undone.actor_id, balance_of(ANN)) == ("Twice", dana.pk, 0)


@pytest.mark.parametrize(
    ("model", "action"),
    [("account", "freeze"), ("account", "unfreeze"), ("transaction", "reverse")],
)
def test_those_who_may_only_look_have_no_actions(
    client: Client, model: str, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = UserFactory(is_staff=True)
    watcher.groups.add(Group.objects.get(name="support"))
    looking = {**permissions.GRANTS, "support": ("ledger.view_*",)}
    monkeypatch.setattr(permissions, "GRANTS", looking)
    client.force_login(watcher)
    fund(ANN, 100)
    before = rows()
    row = (Account if model == "account" else Transaction)._default_manager.latest("pk")

    response = choose(client, model, action, row, reason="Fun")

    assert response.status_code == 200
    assert f'value="{action}"' not in response.content.decode()
    assert rows() == before


def test_finance_sets_limits_and_the_trail_keeps_them(staff: Client, dana: Any) -> None:
    url = "/admin/ledger/spendinglimit/add/"

    staff.post(url, {"currency": "GBP", "daily_total": 50_000})

    limit = SpendingLimit.objects.get()
    assert (limit.owner_id, limit.daily_total, limit.daily_count) == (None, 50_000, None)
    assert "£500.00" in staff.get("/admin/ledger/spendinglimit/").content.decode()
    assert AuditEntry.objects.get(object_id=str(limit.pk)).actor_id == dana.pk
    for wrong in ({"currency": "GBP"}, {"currency": "ABC"}, {"currency": "EUR", "daily_total": -1}):
        assert staff.post(url, wrong).context["adminform"].form.errors
    assert SpendingLimit.objects.count() == 1


def test_a_standing_order_shows_its_runs(staff: Client, alice: Any, bob: Any) -> None:
    order = standing(bob, alice, ago=HOUR)
    run_due_transfers()

    listed = staff.get("/admin/ledger/scheduledtransfer/").content.decode()
    page = staff.get(f"/admin/ledger/scheduledtransfer/{order.pk}/change/").content.decode()

    assert "£1.00" in listed
    assert "insufficient_funds" in page
