"""Topping up, withdrawing, exchanging and statements on the wallet page."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.ids import uuid7
from ledger.models import ExchangeQuote, ExchangeRate, WalletRequest
from ledger.services import confirm_wallet_request, state_rate
from ledger.testing import assert_books_balance
from ledger.tests.books import rows
from orders.tests.factories import give

pytestmark = pytest.mark.django_db

IBAN = "GB82 WEST 1234 5698 7654 32"


@pytest.fixture
def signed_in(client, bob):
    give(bob, "100.00")
    state_rate(currency="JPY", rate=Decimal("195.5"), actor_id=uuid7())
    client.force_login(bob)
    return client


def filled(client, name, **values):
    form = client.get("/wallet").context[f"{name}_form"]
    usual = {form.add_prefix(field): form[field].value() for field in form.fields}
    usual |= {form.add_prefix("provider"): "bank"} if "provider" in form.fields else {}
    return usual | {form.add_prefix(field): value for field, value in values.items()}


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_a_top_up_is_announced_once_per_form_and_cancelled(signed_in, bob):
    form = filled(signed_in, "top_up", amount="1.234", currency="BHD", provider="bank")

    first = signed_in.post("/wallet/top-up", form, follow=True)
    again = signed_in.post("/wallet/top-up", form, follow=True)

    request = WalletRequest.objects.get()
    assert said(first) == [f"Now pay BHD\xa01.234 and write {request.payment_code} on it."]
    assert said(again)[0].startswith("You had done this already.")
    assert request.payment_code in again.content.decode()
    assert "Bank transfer: Pay to Mercat, IBAN GB33" in again.content.decode()
    url = f"/wallet/requests/{request.pk}/cancel"
    assert said(signed_in.post(url, follow=True)) == ["The request is cancelled."]
    request.refresh_from_db()
    assert request.status == "cancelled"


def test_a_withdrawal_is_set_aside_and_shown_masked(signed_in, bob):
    form = filled(
        signed_in, "withdrawal", amount="40", currency="GBP", provider="bank", destination=IBAN
    )

    page = signed_in.post("/wallet/withdraw", form, follow=True)

    assert said(page) == ["£40.00 is set aside, to be paid to •••• 5432."]
    assert page.context["balance"].held.display() == "£40.00"
    assert "GB82" not in page.content.decode()
    confirm_wallet_request(
        request_id=WalletRequest.objects.get().pk, reference="B", actor_id=uuid7()
    )
    assert "Confirmed" in signed_in.get("/wallet").content.decode()
    assert_books_balance()


@pytest.mark.parametrize(
    ("path", "name", "values", "field"),
    [
        ("withdraw", "withdrawal", {"amount": "100.01", "destination": IBAN}, None),
        ("withdraw", "withdrawal", {"amount": "1", "destination": "GB82 1"}, "destination"),
        ("withdraw", "withdrawal", {"amount": "1.005", "destination": IBAN}, "amount"),
        ("top-up", "top_up", {"amount": "0"}, "amount"),
        ("top-up", "top_up", {"amount": "1", "currency": "CHF"}, "currency"),
        ("top-up", "top_up", {"amount": "1", "provider": "pigeon"}, "provider"),
        ("quote", "exchange", {"amount": "1.5", "currency": "JPY"}, "amount"),
        ("quote", "exchange", {"amount": "1", "buy_currency": "GBP"}, "buy_currency"),
        ("quote", "exchange", {"amount": "1", "buy_currency": "CHF"}, "buy_currency"),
        (
            "quote",
            "exchange",
            {"amount": "1", "currency": "JPY", "buy_currency": "GBP"},
            "amount",
        ),
    ],
)
def test_what_is_wrong_is_beside_its_field(signed_in, path, name, values, field):
    form = filled(signed_in, name, **{"currency": "GBP"} | values)
    before = rows()

    page = signed_in.post(f"/wallet/{path}", form)

    errors = page.context[f"{name}_form"].errors
    assert list(errors) == [field or "__all__"]
    assert rows() == before


def test_a_quote_is_shown_taken_once_and_gone(signed_in, bob, charlie, client):
    form = filled(signed_in, "exchange", amount="10.01", currency="GBP", buy_currency="JPY")

    page = signed_in.post("/wallet/quote", form, follow=True)

    quote = ExchangeQuote.objects.get()
    assert page.context["quote"] == quote
    assert "JP¥1,956" in page.content.decode()
    taken = signed_in.post("/wallet/exchange", {"quote_id": quote.pk}, follow=True)
    again = signed_in.post("/wallet/exchange", {"quote_id": quote.pk}, follow=True)
    assert said(taken) == ["Your money is exchanged."]
    assert said(again) == ["You had done this already."]
    assert again.context["balance"].available.display() == "£89.99"
    assert [one.available.display() for one in again.context["others"]] == ["JP¥1,956"]
    client.force_login(charlie)
    assert client.get(f"/wallet?quote={quote.pk}").context["quote"] is None
    assert said(client.post("/wallet/exchange", {"quote_id": quote.pk}, follow=True)) == [
        "There is no such quote."
    ]
    assert client.get("/wallet?quote=x").status_code == 200
    assert_books_balance()


def test_anothers_request_is_not_there(signed_in, bob, charlie, client):
    form = filled(signed_in, "top_up", amount="1", currency="GBP", provider="bank")
    signed_in.post("/wallet/top-up", form)
    request = WalletRequest.objects.get()

    client.force_login(charlie)

    assert list(client.get("/wallet").context["requests"]) == []
    refused = client.post(f"/wallet/requests/{request.pk}/cancel", follow=True)
    assert said(refused) == ["There is no such request."]
    request.refresh_from_db()
    assert request.is_pending


@pytest.mark.parametrize("form", ["csv", "pdf"])
def test_a_statement_is_downloaded_or_what_is_wrong_is_beside_its_field(signed_in, form):
    values = filled(signed_in, "statement", format=form)

    good = signed_in.get("/wallet/statement", values)
    bad = signed_in.get("/wallet/statement", {**values, "first": "2020-01-01"})

    assert good["Content-Disposition"].endswith(f'.{form}"')
    assert len(b"".join(good.streaming_content)) > 100
    assert list(bad.context["statement_form"].errors) == ["first"]


def test_the_wallet_asks_no_more_for_more_requests_and_rates(signed_in, bob):
    def count():
        with CaptureQueriesContext(connection) as asked:
            signed_in.get("/wallet")
        return len(asked)

    def ask():
        form = filled(signed_in, "top_up", amount="1", currency="GBP", provider="bank")
        signed_in.post("/wallet/top-up", form)

    ask()
    one = count()
    ask()
    state_rate(currency="EUR", rate=Decimal("1.14"), actor_id=uuid7())

    assert count() == one


def test_finance_confirms_and_rejects_in_the_back_office(client, bob, dana, signed_in):
    for _ in range(2):
        form = filled(signed_in, "top_up", amount="5", currency="GBP", provider="bank")
        signed_in.post("/wallet/top-up", form)
    first, second = WalletRequest.objects.order_by("created_at")
    client.force_login(dana)
    path = "/admin/ledger/walletrequest/"

    def act(action, *chosen, **values):
        chosen = {"_selected_action": [str(one.pk) for one in chosen]}
        return client.post(path, {"action": action} | chosen | values, follow=True)

    assert "reference" in act("confirm", first).content.decode()
    act("confirm", first, second, reference="B", reason="Seen")
    assert WalletRequest.objects.pending().count() == 2
    act("confirm", first, reference="BACS 1", reason="Seen")
    act("reject", second, reason="Never came")

    stands = WalletRequest.objects.order_by("created_at").values_list("status", "reason")
    assert list(stands) == [("confirmed", "Seen"), ("rejected", "Never came")]
    assert client.get(path).status_code == 200
    assert client.get(f"{path}{first.pk}/change/").status_code == 200
    assert client.get(f"{path}add/").status_code == 403
    assert_books_balance()


def test_finance_states_rates_in_the_back_office(client, dana, db):
    client.force_login(dana)
    path = "/admin/ledger/exchangerate/add/"

    bad = client.post(path, {"currency": "GBP", "rate": "2"}, follow=True)
    good = client.post(path, {"currency": "EUR", "rate": "1.14"}, follow=True)

    assert "Not stated" in bad.content.decode()
    assert good.status_code == 200
    stated = ExchangeRate.objects.get()
    assert (str(stated), stated.stated_by) == ("1 GBP = 1.14 EUR", dana.pk)
    change = f"/admin/ledger/exchangerate/{stated.pk}/change/"
    assert client.get(change).status_code == 200
    assert client.post(change, {"currency": "EUR", "rate": "9"}).status_code == 403
