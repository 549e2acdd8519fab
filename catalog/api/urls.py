"""Routes of the catalogue below ``/api/v1/``."""

from django.urls import path

from catalog.api import views

urlpatterns = [
    path("categories", views.CategoryTreeView.as_view()),
    path("products", views.ProductListView.as_view()),
    path("products/brands", views.BrandListView.as_view()),
    path("products/categories", views.CategoryListView.as_view()),
    path("products/<str:reference>", views.ProductView.as_view()),
]
