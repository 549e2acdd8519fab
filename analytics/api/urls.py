"""Routes of reports below ``/api/v1/``."""

from django.urls import path

from analytics.api.views import sales

urlpatterns = [
    path("reports/sales", sales.SalesView.as_view()),
    path("reports/sales/<str:name>", sales.SalesFileView.as_view()),
]
