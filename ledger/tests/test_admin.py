from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger.admin import NEWEST
from ledger.models import Account, Transaction
from ledger.services import post_batch
from ledger.tests.books import FUNDING, fund, move, pot

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
