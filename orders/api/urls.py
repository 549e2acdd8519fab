"""Routes of orders below ``/api/v1/``, checkout of the cart among them."""

from django.urls import path

from orders.api import views
from orders.api.webhooks import WebhookView

urlpatterns = [
    path("cart/checkout", views.CheckoutView.as_view()),
    path("orders", views.OrdersView.as_view()),
    path("orders/<uuid:order_id>", views.OrderView.as_view()),
    path("orders/<uuid:order_id>/pay", views.PayView.as_view()),
    path("payments/webhooks/<slug:provider>", WebhookView.as_view()),
    path("orders/<uuid:order_id>/cancel", views.CancelView.as_view()),
    path("orders/<uuid:order_id>/events", views.OrderEventsView.as_view()),
]
