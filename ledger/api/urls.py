from django.urls import path

from ledger.api.views import (
    balances,
    exchange,
    scheduled,
    statement_files,
    transactions,
    wallet_requests,
    wallets,
)

urlpatterns = [
    path("transactions/credit", wallets.CreditView.as_view()),
    path("transactions/debit", wallets.DebitView.as_view()),
    path("transactions/transfer", wallets.TransferView.as_view()),
    path("transactions/batch", wallets.BatchView.as_view()),
    path("transactions/history", transactions.HistoryView.as_view()),
    path("transactions/scheduled", scheduled.ScheduledTransfersView.as_view()),
    path("transactions/scheduled/<uuid:scheduled_id>", scheduled.ScheduledTransferView.as_view()),
    path("transactions/<uuid:transaction_id>", transactions.TransactionView.as_view()),
    path("transactions/<uuid:transaction_id>/rollback", transactions.RollbackView.as_view()),
    path("balances/current", balances.CurrentBalanceView.as_view()),
    path("balances/at-time", balances.BalanceAtTimeView.as_view()),
    path("balances/historical", balances.HistoricalBalanceView.as_view()),
    path("balances/statement", balances.StatementView.as_view()),
    path("balances/statement.csv", statement_files.CsvStatementView.as_view()),
    path("balances/statement.pdf", statement_files.PdfStatementView.as_view()),
    path("balances/trial-balance", balances.TrialBalanceView.as_view()),
    path("exchange", exchange.ExchangeView.as_view()),
    path("exchange/quotes", exchange.QuotesView.as_view()),
    path("exchange/rates", exchange.RatesView.as_view()),
    path("wallet/top-ups", wallet_requests.TopUpsView.as_view()),
    path("wallet/withdrawals", wallet_requests.WithdrawalsView.as_view()),
    path("wallet/requests/<uuid:request_id>", wallet_requests.WalletRequestView.as_view()),
    path("wallet/requests/<uuid:request_id>/cancel", wallet_requests.CancelView.as_view()),
    path("wallet/requests/<uuid:request_id>/confirm", wallet_requests.ConfirmView.as_view()),
    path("wallet/requests/<uuid:request_id>/reject", wallet_requests.RejectView.as_view()),
]
