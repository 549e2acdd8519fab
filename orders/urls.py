"""Addresses of checkout and orders."""

from django.urls import path

from orders import views

urlpatterns = [
    path("checkout", views.checkout, name="checkout"),
    path("orders", views.orders, name="orders"),
    path("orders/<str:number>", views.order, name="order"),
    path("orders/<str:number>/pay", views.pay, name="pay_order"),
    path("orders/<str:number>/cancel", views.cancel, name="cancel_order"),
]
