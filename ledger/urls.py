"""Addresses of the wallet."""

from django.urls import path

from ledger import views

urlpatterns = [path("wallet", views.wallet, name="wallet")]
