"""Addresses of the pages of reports, and of recommendations."""

from django.urls import path

from analytics.views import following, keeping, kept, live

urlpatterns = [
    path("reports", live.reports, name="reports"),
    path("reports/sales/<str:name>", live.report_file, name="report_file"),
    path("reports/kept", keeping.kept_reports, name="kept_reports"),
    path("reports/keep", keeping.keep, name="keep_report"),
    path("reports/jobs", keeping.report_jobs, name="report_jobs"),
    path("reports/subscription", keeping.subscription, name="report_subscription"),
    path(
        "reports/subscription/<uuid:subscription_id>/end",
        keeping.end_subscription,
        name="end_subscription",
    ),
    path("reports/kept/<uuid:report_id>", kept.report, name="kept_report"),
    path("reports/kept/<uuid:report_id>/<str:name>", kept.kept_file_page, name="kept_file"),
    path("followed/<str:version>/<str:purpose>/<str:slug>", following.follow, name="follow"),
]
