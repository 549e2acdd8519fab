"""Routes of orders below ``/api/v1/``, checkout of the cart among them."""

from django.urls import path

from orders.api import lookup, views
from orders.api.webhooks import WebhookView

urlpatterns = [
    path("cart/checkout", views.CheckoutView.as_view()),
    path("orders", views.OrdersView.as_view()),
    path("orders/lookup", lookup.LookupView.as_view()),
    path("orders/lookup/<str:token>", lookup.LinkedOrderView.as_view()),
    path("orders/lookup/<str:token>/pay", lookup.LinkedPayView.as_view()),
    path("orders/lookup/<str:token>/cancel", lookup.LinkedCancelView.as_view()),
    path("orders/<uuid:order_id>", views.OrderView.as_view()),
    path("orders/<uuid:order_id>/pay", views.PayView.as_view()),
    path("payments/webhooks/<slug:provider>", WebhookView.as_view()),
    path("orders/<uuid:order_id>/cancel", views.CancelView.as_view()),
    path("orders/<uuid:order_id>/events", views.OrderEventsView.as_view()),
]
