"""Addresses of the shop's pages."""

from django.urls import path

from catalog import views
from catalog.uploads.views import uploaded

urlpatterns = [
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
    path("c/<slug:slug>", views.category, name="category"),
    path("p/<slug:slug>", views.product, name="product"),
    path("pictures/<str:sku>.svg", views.picture, name="picture"),
    path("media/<path:name>", uploaded, name="uploaded"),
]
