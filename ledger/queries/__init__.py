"""What is and was on an account, and which transactions a person may see."""

from ledger.queries.account_statement import (
    AccountStatement,
    StatementLine,
    StatementPart,
    account_statement,
)
from ledger.queries.balances import PastBalance, balance_at, balance_at_version, balance_now
from ledger.queries.financials import (
    CurrencyStatements,
    FinancialStatements,
    financial_statements,
)
from ledger.queries.history import movements_of, transactions_of
from ledger.queries.periods import first_open, in_open_period, next_to_close
from ledger.queries.rates import rate_at, rates_at
from ledger.queries.series import (
    Interval,
    Period,
    Point,
    WalletPoint,
    balance_series,
    periods,
    wallet_series,
)
from ledger.queries.statements import Statement, statement
from ledger.queries.trial import TrialBalance, TrialBalanceLine, trial_balance
from ledger.queries.wallets import (
    OpenHold,
    PastWalletBalance,
    WalletBalance,
    held_then,
    wallet_balance,
    wallet_balances,
    wallet_balances_at,
)
from ledger.verification import Discrepancy, discrepancies

__all__ = [
    "AccountStatement",
    "CurrencyStatements",
    "Discrepancy",
    "FinancialStatements",
    "Interval",
    "OpenHold",
    "PastBalance",
    "PastWalletBalance",
    "Period",
    "Point",
    "Statement",
    "StatementLine",
    "StatementPart",
    "TrialBalance",
    "TrialBalanceLine",
    "WalletBalance",
    "WalletPoint",
    "account_statement",
    "balance_at",
    "balance_at_version",
    "balance_now",
    "balance_series",
    "discrepancies",
    "financial_statements",
    "first_open",
    "held_then",
    "in_open_period",
    "movements_of",
    "next_to_close",
    "periods",
    "rate_at",
    "rates_at",
    "statement",
    "transactions_of",
    "trial_balance",
    "wallet_balance",
    "wallet_balances",
    "wallet_balances_at",
    "wallet_series",
]
