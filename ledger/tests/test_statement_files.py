"""Account statements as CSV and PDF: they add up, run no formula, and end."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core import clock
from core.errors import Invalid
from core.testing import Clocks
from ledger import queries
from ledger.chart import wallet
from ledger.documents import statement_pdf as pdf
from ledger.documents.files import statement_file
from ledger.queries import account_statement
from ledger.services import post_batch
from ledger.tests.books import FUNDING, fund, move
from ledger.tests.test_wallets import send

pytestmark = pytest.mark.django_db

Api = Callable[..., APIClient]

FIRST, NEXT = date(2026, 3, 1), date(2026, 3, 2)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


@pytest.fixture
def history(bob: Any, alice: Any, clocks: Clocks) -> Any:
    """Bob has 10.00 before the first day, sends on it and at its last moment, and gets yen later."""
    clocks.stop_at(at(FIRST, 0) - timedelta(microseconds=1))
    fund(wallet(bob.pk, "GBP"), 1_000)
    clocks.stop_at(at(FIRST, 0))
    send(bob, alice, 250, key="1", memo="=HYPERLINK(1)")
    clocks.stop_at(at(NEXT, 0) - timedelta(microseconds=1))
    send(bob, alice, 50, key="2", memo="Żółć, Ωμέγα\n日本")
    clocks.stop_at(at(NEXT, 12))
    fund(wallet(bob.pk, "JPY"), 5_000)
    clocks.stop_at(at(NEXT, 18))
    return bob


def table(person: Any, first: date, last: date) -> list[list[str]]:
    text = b"".join(statement_file(person, first, last, "csv").pieces).decode()
    return list(csv.reader(StringIO(text)))[1:]


def test_a_statement_holds_whole_days_and_every_currency(history: Any) -> None:
    rows = table(history, FIRST, FIRST)

    assert [[row[0], row[1], row[2], row[3], *row[5:]] for row in rows] == [
        ["GBP", "2026-03-01", "Opening balance", "", "", "", "10.00"],
        ["GBP", "2026-03-01T00:00:00Z", "Transfer", "'=HYPERLINK(1)", "", "2.50", "7.50"],
        ["GBP", "2026-03-01T23:59:59.999999Z", "Transfer", "Żółć, Ωμέγα\n日本", "", "0.50", "7.00"],
        ["GBP", "2026-03-01", "Closing balance", "", "0.00", "3.00", "7.00"],
        ["JPY", "2026-03-01", "Opening balance", "", "", "", "0"],
        ["JPY", "2026-03-01", "Closing balance", "", "0", "0", "0"],
    ]
    assert [row[5:] for row in table(history, NEXT, NEXT)[-2:]] == [
        ["5000", "", "5000"],
        ["5000", "0", "5000"],
    ]


def test_a_statement_adds_up_and_is_what_the_books_say(
    history: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(queries.StatementPart.lines.__globals__, "AT_A_TIME", 1)
    found = account_statement(history.pk, FIRST, NEXT, "GBP")

    for part in found.parts:
        lines = list(part.lines())
        moved = sum(line.came.amount - line.went.amount for line in lines)
        assert part.opening.amount + moved == part.closing.amount
        assert len(lines) == part.count
        balance = queries.balance_at(wallet(history.pk, part.currency).code, clock.db_now())
        assert part.closing == balance.balance
    assert [part.currency for part in found.parts] == ["GBP", "JPY"]


def test_somebody_without_money_has_an_empty_statement(charlie: Any) -> None:
    today = clock.db_now().date()

    assert [row[2:] for row in table(charlie, today, today)] == [
        ["Opening balance", "", "", "", "", "0.00"],
        ["Closing balance", "", "", "0.00", "0.00", "0.00"],
    ]


@pytest.mark.parametrize(
    ("first", "last", "field"), [(1, 0, "first"), (-366, 0, "first"), (0, 1, "last")]
)
def test_days_that_cannot_be_meant_are_refused(
    history: Any, first: int, last: int, field: str
) -> None:
    days = [NEXT + timedelta(days=n) for n in (first, last)]

    with pytest.raises(Invalid) as refused:
        account_statement(history.pk, days[0], days[1], "GBP")

    assert refused.value.field == field
    account_statement(history.pk, NEXT - timedelta(days=365), NEXT, "GBP")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\n=1"])
def test_a_memo_is_no_formula(bob: Any, alice: Any, text: str) -> None:
    fund(wallet(bob.pk, "GBP"), 1_000)
    send(bob, alice, 1, memo=text)
    today = clock.db_now().astimezone(UTC).date()

    assert table(bob, today, today)[2][3] == f"'{text}"


def test_a_pdf_has_numbered_pages_as_many_as_it_says(
    bob: Any, alice: Any, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    clocks.stop_at(at(FIRST, 9))
    drawn: list[Any] = []

    def keep(paper: Any) -> None:
        drawn.append(paper)

    monkeypatch.setattr(pdf._Paper, "save", keep)
    for count in (0, 1, 29, 30, 31, 32, 36, 70):
        posted = queries.movements_of(bob.pk).count()
        post_batch([move(FUNDING, wallet(bob.pk, "GBP"), 100) for _ in range(count - posted)])
        drawn.clear()
        pdf.statement_pdf(account_statement(bob.pk, FIRST, FIRST, "GBP"), "Bob")
        assert drawn[0].pages == drawn[0].total, count
    assert drawn[0].pages == 3


def test_a_pdf_is_one_and_a_long_one_is_refused(
    history: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    [file] = statement_file(history, FIRST, NEXT, "pdf").pieces
    assert re.match(rb"%PDF-1\.\d", file)
    assert b"DejaVuSans" in file

    monkeypatch.setattr(pdf, "MAX_LINES", 2)
    with pytest.raises(pdf.StatementTooLong):
        statement_file(history, FIRST, NEXT, "pdf")


@pytest.mark.parametrize("form", ["csv", "pdf"])
def test_statements_are_fetched_over_the_api(
    api: Api, history: Any, charlie: Any, dana: Any, form: str
) -> None:
    path = f"/api/v1/balances/statement.{form}"
    query = {"from": str(FIRST), "to": str(FIRST), "user_id": str(history.pk)}

    own: Any = api(history).get(path, query)
    body = b"".join(own.streaming_content)

    assert own.status_code == 200
    assert own["Content-Type"].split(";")[0] == {"csv": "text/csv", "pdf": "application/pdf"}[form]
    assert own["Content-Disposition"] == (
        f'attachment; filename="mercat-statement-2026-03-01-2026-03-01.{form}"'
    )
    assert own["Cache-Control"] == "no-store"
    assert body.startswith(b"currency," if form == "csv" else b"%PDF")
    assert api(dana).get(path, query, headers={"Accept": own["Content-Type"]}).status_code == 200
    refused = api(charlie).get(path, query, headers={"Accept": own["Content-Type"]})
    assert (refused.status_code, refused.json()["code"]) == (404, "user_not_found")
    assert api(history).get(path, {"from": "2026-03-02", "to": str(FIRST)}).status_code == 400


def test_a_longer_statement_asks_no_more_queries(history: Any, alice: Any) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            table(history, FIRST, NEXT)
        return len(asked)

    count()  # what the engine can do is asked once
    few = count()
    for n in range(3):
        send(history, alice, 1, key=f"more {n}")

    assert count() == few
