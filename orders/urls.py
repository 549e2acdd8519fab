"""Addresses of checkout and orders."""

from django.urls import path

from orders import views
from orders.lookup import views as lookup

urlpatterns = [
    path("checkout", views.checkout, name="checkout"),
    path("orders", views.orders, name="orders"),
    path("orders/find", lookup.find, name="find_order"),
    path("orders/guest/<str:token>", lookup.order, name="guest_order"),
    path("orders/guest/<str:token>/pay", lookup.pay, name="pay_guest_order"),
    path("orders/guest/<str:token>/cancel", lookup.cancel, name="cancel_guest_order"),
    path("orders/<str:number>", views.order, name="order"),
    path("orders/<str:number>/pay", views.pay, name="pay_order"),
    path("orders/<str:number>/cancel", views.cancel, name="cancel_order"),
]
