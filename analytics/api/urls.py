"""Routes of reports and recommendations below ``/api/v1/``."""

from django.urls import path

from analytics.api.views import kept, outcomes, recommendations, sales

urlpatterns = [
    path("reports", kept.ReportsView.as_view()),
    path("reports/sales", sales.SalesView.as_view()),
    path("reports/sales/<str:name>", sales.SalesFileView.as_view()),
    path("reports/recommendations", outcomes.OutcomesView.as_view()),
    path("reports/jobs/<uuid:job_id>", kept.ReportJobView.as_view()),
    path("reports/<uuid:report_id>", kept.ReportView.as_view()),
    path("reports/<uuid:report_id>/files/<str:name>", kept.ReportFileView.as_view()),
    path("recommendations", recommendations.RecommendationsView.as_view()),
    path("recommendations/buy-again", recommendations.BuyAgainView.as_view()),
    path("recommendations/followed", recommendations.FollowedView.as_view()),
    path("products/<str:reference>/also-bought", recommendations.AlsoBoughtView.as_view()),
]
