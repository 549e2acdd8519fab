from django.urls import path

from ledger.api import views

urlpatterns = [
    path("transactions/credit", views.CreditView.as_view()),
    path("transactions/history", views.HistoryView.as_view()),
    path("transactions/<uuid:transaction_id>", views.TransactionView.as_view()),
    path("balances/current", views.CurrentBalanceView.as_view()),
]
