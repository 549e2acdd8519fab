"""Pages to join, sign in and sign out. The same limits count here as in the API."""

from typing import Any

from django import forms
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.forms import RegisterForm, SignInForm
from accounts.models import User, normalised_email
from core import clock
from core.api.throttles import RateLimit, address
from core.errors import DomainError, TooMany
from core.pages import add_refusal


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in, and go on to where one was going."""

    def enter(email: str, password: str) -> User:
        limit = RateLimit("login")
        limit.hit(address(request))
        with limit.failures(normalised_email(email)):
            return services.recognise(email=email, password=password, at=clock.now())

    return _entrance(request, SignInForm, enter, "accounts/sign_in.html")


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Join as a buyer, and be signed in."""

    def enter(**fields: str) -> User:
        RateLimit("register").hit(address(request))
        return services.join(**fields, at=clock.now())

    return _entrance(request, RegisterForm, enter, "accounts/register.html")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session."""
    logout(request)
    return redirect("home")


def _entrance(
    request: HttpRequest, form_class: type[forms.Form], enter: Any, template: str
) -> HttpResponse:
    form = form_class(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            login(request, enter(**form.cleaned_data))
            return redirect(_destination(request))
        except DomainError as error:
            add_refusal(form, error)
            status = 429 if isinstance(error, TooMany) else 200
    return render(request, template, {"form": form, "next": _destination(request)}, status=status)


def _destination(request: HttpRequest) -> str:
    """Where ``next`` says, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else reverse("home")
