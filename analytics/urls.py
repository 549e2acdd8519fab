"""Addresses of pages about what happened."""

from django.urls import path

from analytics import views

urlpatterns = [
    path("followed/<str:version>/<str:purpose>/<str:slug>", views.follow, name="follow"),
]
