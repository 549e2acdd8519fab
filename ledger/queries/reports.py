"""Financial statements as plain data, the same bytes for the same books."""

import json
from collections.abc import Iterable
from typing import Any

from ledger.queries.financials import CurrencyStatements, FinancialStatements, Item


def as_data(statements: FinancialStatements) -> dict[str, Any]:
    """JSON-ready: amounts are decimal strings, instants ISO 8601 in UTC."""
    return {
        "from": statements.since and statements.since.isoformat(),
        "to": statements.at.isoformat(),
        "currencies": {one.currency: _of_currency(one) for one in statements.currencies},
    }


def canonical(data: object) -> bytes:
    """JSON with sorted keys and nothing between: equal data, equal bytes."""
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()


def _of_currency(one: CurrencyStatements) -> dict[str, Any]:
    return {
        "trial_balance": {
            "lines": {
                line.kind: {"debit": str(line.debit), "credit": str(line.credit)}
                for line in one.trial
            },
            "debit": str(one.total_debit),
            "credit": str(one.total_credit),
        },
        "balance_sheet": {
            "assets": _items(one.assets),
            "liabilities": _items(one.liabilities),
            "equity": {
                "brought_forward": str(one.brought_forward),
                "earned": str(one.earned),
            },
            "total_assets": str(one.total_assets),
            "total_liabilities": str(one.total_liabilities),
            "total_equity": str(one.equity),
        },
        "income_statement": {
            "income": _items(one.income),
            "expenses": _items(one.expenses),
            "total_income": str(one.total_income),
            "total_expenses": str(one.total_expenses),
            "earned": str(one.earned),
        },
    }


def _items(items: Iterable[Item]) -> dict[str, str]:
    return {item.kind: str(item.amount) for item in items}
