"""Closing and stating the books from the command line."""

import csv
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ledger.chart import AccountSpec
from ledger.models import PeriodClose
from ledger.tests.books import FUNDING, move
from ledger.tests.months import day, on, two_months

pytestmark = pytest.mark.django_db


def run(name: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_months_are_closed_in_order() -> None:
    two_months()

    said = run("close_period", "--through", "2024-02", "--reason", "Done")

    closes = PeriodClose.objects.order_by("starts_at")
    assert said.splitlines() == [f"{one.label} closed, sha256 {one.sha256}" for one in closes]
    assert [one.label for one in closes] == ["2024-01", "2024-02"]
    with pytest.raises(CommandError, match="open from 01 March 2024 on"):
        run("close_period", "--through", "2024-02", "--reason", "Again")


def test_statements_come_as_text_json_and_csv() -> None:
    two_months()
    asked = ("--at", "2024-01-31", "--from", "2024-01-01")

    text = run("financial_statements", *asked)
    data = json.loads(run("financial_statements", *asked, "--format", "json"))
    rows = list(csv.DictReader(io.StringIO(run("financial_statements", *asked, "--format", "csv"))))

    assert "not closed yet" in text
    assert "Commission                                       2.00" in text
    assert (data["from"], data["to"], data["final"]) == (
        "2024-01-01T00:00:00+00:00",
        "2024-01-31T23:59:59.999999+00:00",
        False,
    )
    assert data["currencies"]["JPY"]["trial_balance"]["debit"] == "500"
    earned = [row["amount"] for row in rows if row["section"] == "earned"]
    assert earned == ["2.00", "0"]


@pytest.mark.parametrize(
    ("arguments", "assets"),
    [
        (("--at", "2024-01-04"), None),
        (("--at", "2024-01-05T00:00:00"), "100.00"),
        (("--at", "2024-02-01", "--known-at", "2024-02-01"), None),
    ],
    ids=["the day before", "at the instant", "before anybody knew"],
)
def test_an_instant_is_inclusive(arguments: Any, assets: str | None) -> None:
    two_months()

    found = json.loads(run("financial_statements", *arguments, "--format", "json"))["currencies"]

    assert found.get("GBP", {}).get("balance_sheet", {}).get("total_assets") == assets


def test_a_kind_that_stands_nowhere_is_said() -> None:
    on(day(1, 5), move(FUNDING, AccountSpec("pot:odd:GBP", "odd", "GBP"), 5))

    for command in (["financial_statements"], ["export_journal", "--format", "beancount"]):
        with pytest.raises(CommandError, match="where this kind of account belongs"):
            run(*command)
