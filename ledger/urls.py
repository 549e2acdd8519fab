"""Addresses of the wallet."""

from django.urls import path

from ledger.views import exchange, requests, statement, wallet

urlpatterns = [
    path("wallet", wallet.wallet, name="wallet"),
    path("wallet/send", wallet.send, name="send_money"),
    path("wallet/standing-orders", wallet.schedule, name="standing_orders"),
    path(
        "wallet/standing-orders/<uuid:scheduled_id>/cancel",
        wallet.cancel,
        name="cancel_standing_order",
    ),
    path("wallet/top-up", requests.top_up, name="top_up"),
    path("wallet/withdraw", requests.withdraw, name="withdraw"),
    path("wallet/requests/<uuid:request_id>/cancel", requests.cancel, name="cancel_wallet_request"),
    path("wallet/quote", exchange.ask, name="quote_exchange"),
    path("wallet/exchange", exchange.take, name="exchange"),
    path("wallet/statement", statement.download, name="account_statement"),
]
