"""Routes of recommendations below ``/api/v1/``."""

from django.urls import path

from analytics.api import outcomes, recommendations

urlpatterns = [
    path("reports/recommendations", outcomes.OutcomesView.as_view()),
    path("recommendations", recommendations.RecommendationsView.as_view()),
    path("recommendations/buy-again", recommendations.BuyAgainView.as_view()),
    path("recommendations/followed", recommendations.FollowedView.as_view()),
    path("products/<str:reference>/also-bought", recommendations.AlsoBoughtView.as_view()),
]
