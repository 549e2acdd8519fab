"""Every address. API routes are declared without a trailing slash and answer with one as well.

They are tried in this order: what is asked most comes first.
"""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularSwaggerSplitView

from config.views import SchemaView
from core import views as system

api = [
    path("", include("catalog.api.urls")),
    path("", include("accounts.api.urls")),
    path("", include("orders.api.urls")),
    path("", include("cart.api.urls")),
    path("", include("ledger.api.urls")),
    path("", include("analytics.api.urls")),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("", include("catalog.urls")),
    path("", include("cart.urls")),
    path("", include("orders.urls")),
    path("", include("ledger.urls")),
    path("", include("analytics.urls")),
    path("", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("api", system.ServiceView.as_view()),
    path("api/schema", SchemaView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(), name="docs"),
    path("metrics", system.metrics),
    path("health", system.HealthView.as_view()),
    path("health/live", system.LiveView.as_view()),
    path("health/ready", system.ReadyView.as_view()),
    path("health/startup", system.StartupView.as_view()),
]

handler400 = "config.views.bad_request"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
