"""What leaves the books can be read, adds up, and harms no spreadsheet."""

import csv
import io
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from ledger.chart import AccountSpec
from ledger.exports import FORMATS, Span, names, one_snapshot
from ledger.models import Transaction
from ledger.services import reverse_transaction
from ledger.tests.books import FUNDING, fund, move, outside, pot
from ledger.tests.months import ANN, JANUARY, YUKI, day, on, two_months
from ledger.tests.threads import running

pytestmark = pytest.mark.django_db

BEAN_CHECK = Path(sys.executable).with_name("bean-check")


def exported(**options: Any) -> str:
    out = io.StringIO()
    call_command("export_journal", stdout=out, **options)
    return out.getvalue()


def complaints(journal: str, folder: Path) -> str:
    """What bean-check says; nothing, if all is well."""
    file = folder / "journal.beancount"
    file.write_text(journal)
    done = subprocess.run(
        [BEAN_CHECK, "--no-cache", file], capture_output=True, text=True, check=False
    )
    assert bool(done.returncode) == bool(done.stderr)
    return done.stderr


@pytest.fixture
def books() -> None:
    """Two months, dinars with three decimals, a reversal whose reason is no friendly text."""
    two_months()
    on(day(2, 11), move(outside("BHD"), pot("zayd", "BHD"), 12_345))
    odd = AccountSpec('Odd:x y:gBP:"é":GBP', "wallet", "GBP")
    header = on(day(2, 12), move(FUNDING, odd, 700)).transaction_id
    reverse_transaction(
        transaction_id=header,
        reason='=cmd("x\\y")\nand "more"',
        key="r",
        scope="t",
        actor_id=header,
    )


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("since", [None, date(2024, 2, 1), date(2024, 2, 12)], ids=str)
def test_bean_check_accepts_the_journal(since: date | None, tmp_path: Path) -> None:
    journal = exported(since=since, format="beancount")

    assert complaints(journal, tmp_path) == ""
    assert "Liabilities:Pot:Zayd:BHD  12.345 BHD" in journal.replace("-12", "12")
    assert ("Opening balances" in journal) == bool(since)


@pytest.mark.usefixtures("books")
def test_bean_check_finds_a_penny_that_is_missing(tmp_path: Path) -> None:
    journal = exported(format="beancount", until=JANUARY)
    assert complaints(journal, tmp_path) == ""

    taken = journal.replace("Liabilities:Pot:Ann:GBP  -100.00", "Liabilities:Pot:Ann:GBP  -99.99")
    taken = taken.replace(
        "Assets:Platform:Funding:GBP  100.00", "Assets:Platform:Funding:GBP  99.99"
    )

    assert taken != journal
    assert "Balance failed" in complaints(taken, tmp_path)


@pytest.mark.usefixtures("books")
def test_yen_pounds_and_dinars_have_their_own_decimals() -> None:
    journal = exported(format="beancount", until=date(2024, 3, 1))

    assert "2024-02-01 balance" not in journal
    assert "2024-03-02 balance Liabilities:Pot:Yuki:JPY  -500 ~ 0 JPY" in journal
    assert "2024-03-02 balance Liabilities:Pot:Zayd:BHD  -12.345 ~ 0 BHD" in journal
    assert "2024-03-02 balance Income:Pot:Commission:GBP  -2.00 ~ 0 GBP" in journal


@pytest.mark.usefixtures("books")
def test_csv_has_every_entry_of_its_days_and_balances() -> None:
    rows = list(csv.DictReader(io.StringIO(exported(since=date(2024, 1, 10), until=JANUARY))))

    assert [(row["account"], row["debit"], row["credit"]) for row in rows] == [
        (ANN.code, "20.00", ""),
        ("pot:escrow:GBP", "", "20.00"),
        ("pot:escrow:GBP", "20.00", ""),
        ("pot:payable:GBP", "", "18.00"),
        ("pot:commission:GBP", "", "2.00"),
    ]
    assert rows[-1]["effective_at"] == "2024-01-31T23:59:59.999999+00:00"


@pytest.mark.usefixtures("books")
def test_csv_holds_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(exported())))

    assert len(rows) == sum(Transaction.objects.values_list("lines", flat=True))
    assert {row["reason"] for row in rows} == {"", '\'=cmd("x\\y")\nand "more"'}


def test_an_export_takes_the_same_queries_for_any_number_of_rows(
    django_assert_num_queries: Any,
) -> None:
    for n in range(5):
        fund(pot(f"pot{n}"), 100)

    for form, queries in (("csv", 4), ("beancount", 7)):
        with django_assert_num_queries(queries):
            exported(format=form)


def test_an_export_from_after_its_end_is_refused() -> None:
    with pytest.raises(CommandError, match="--from is after --to"):
        exported(since=date(2024, 2, 1), until=JANUARY)


def test_empty_books_are_exported(tmp_path: Path) -> None:
    assert complaints(exported(format="beancount"), tmp_path) == ""
    assert len(exported().splitlines()) == 1


def test_names_read_like_their_codes() -> None:
    assert names.account_name("platform:commission:GBP#3", "commission") == (
        "Income:Platform:Commission:GBP-3"
    )
    assert names.account_name("user:01ab:available:JPY", "wallet") == (
        "Liabilities:User:01ab:Available:JPY"
    )


CODES = st.lists(st.text("aB1#:- é", max_size=4), min_size=1, max_size=3).map(":".join)


@given(one=CODES, other=CODES)
def test_no_two_codes_share_a_name(one: str, other: str) -> None:
    assert (one == other) == (
        names.account_name(one, "wallet") == names.account_name(other, "wallet")
    )


def test_a_file_is_written(tmp_path: Path) -> None:
    on(day(1, 5), replace(move(outside("JPY"), YUKI, 5), kind="gift"))
    file = tmp_path / "journal.csv"

    call_command("export_journal", output=file)

    assert len(file.read_text().splitlines()) == 3


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_an_export_is_of_one_moment() -> None:
    fund(ANN, 5)

    def late() -> None:
        fund(ANN, 7)

    with one_snapshot():
        assert Transaction.objects.count() == 1
        with running(late):
            pass
        rows = list(FORMATS["csv"](Span(None, clock.now().date())))

    assert len(rows) == 3
    assert Transaction.objects.count() == 2
