"""Financial statements as text to read, JSON and CSV."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping

from core.money import Money
from ledger.queries.financials import CurrencyStatements, FinancialStatements
from ledger.queries.reports import as_data

Row = tuple[str, str, str, Money]
"""Report, section, label, amount."""


def rows(one: CurrencyStatements) -> Iterator[Row]:
    """Every line and total of the three statements in one currency, in order."""
    for line in one.trial:
        yield "trial balance", "debit", line.label, line.debit
        yield "trial balance", "credit", line.label, line.credit
    yield "trial balance", "debit", "Total", one.total_debit
    yield "trial balance", "credit", "Total", one.total_credit
    for item in one.assets:
        yield "balance sheet", "assets", item.label, item.amount
    yield "balance sheet", "assets", "Total", one.total_assets
    for item in one.liabilities:
        yield "balance sheet", "liabilities", item.label, item.amount
    yield "balance sheet", "liabilities", "Total", one.total_liabilities
    yield "balance sheet", "equity", "Earned before", one.brought_forward
    yield "balance sheet", "equity", "Earned in the period", one.earned
    yield "balance sheet", "equity", "Total", one.equity
    for item in one.income:
        yield "income statement", "income", item.label, item.amount
    for item in one.expenses:
        yield "income statement", "expenses", item.label, item.amount
    yield "income statement", "earned", "Total", one.earned


def as_json(statements: FinancialStatements) -> str:
    data = as_data(statements) | {"final": statements.final}
    return json.dumps(data, indent=2) + "\n"


def as_csv(statements: FinancialStatements) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["currency", "report", "section", "item", "amount"])
    for one in statements.currencies:
        writer.writerows((one.currency, *row) for row in rows(one))
    return file.getvalue()


def as_text(statements: FinancialStatements) -> str:
    since = f"{statements.since:%Y-%m-%d %H:%M}" if statements.since else "the beginning"
    final = "final" if statements.final else "not closed yet"
    said = [f"From {since} to {statements.at.isoformat()}, {final}\n"]
    for one in statements.currencies:
        said += [f"\n{one.currency}\n", *_tables(one)]
    return "".join(said)


def _tables(one: CurrencyStatements) -> Iterator[str]:
    report = ""
    for name, section, label, amount in rows(one):
        if name != report:
            yield f"\n  {name.capitalize()}\n"
        report = name
        if amount.amount or label == "Total":
            yield f"    {section:<12} {label:<32} {amount!s:>20}\n"


FORMATS: Mapping[str, Callable[[FinancialStatements], str]] = {
    "text": as_text,
    "json": as_json,
    "csv": as_csv,
}
