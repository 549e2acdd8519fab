"""Addresses of the pages of reports."""

from django.urls import path

from analytics.views import live

urlpatterns = [
    path("reports", live.reports, name="reports"),
    path("reports/sales/<str:name>", live.report_file, name="report_file"),
]
