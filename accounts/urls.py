"""Addresses to join and to sign in."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("register", views.register, name="register"),
    path("sign-out", views.sign_out, name="sign_out"),
]
