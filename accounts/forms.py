"""Joining and signing in, on pages and in the back office, by the same rules as the API."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

from accounts import services
from accounts.models import User, normalised_email
from core import clock
from core.api.throttles import RateLimit, address
from core.errors import TooMany


class BackOfficeSignIn(AuthenticationForm):  # type: ignore[misc]  # no stubs
    """Counts attempts per address and failures per account, and notes when somebody came."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if self.errors:
            return cleaned
        limit = RateLimit("login")
        try:
            limit.hit(address(self.request))
            with limit.failures(normalised_email(cleaned["username"])):
                super().clean()
        except TooMany as error:
            raise ValidationError(error.detail, code=error.code) from error
        user: User = self.get_user()
        services.record_sign_in(user=user, at=clock.now())
        return cleaned


class SignInForm(forms.Form):
    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput({"autocomplete": "username"})
    )
    password = forms.CharField(
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class RegisterForm(forms.Form):
    name = forms.CharField(max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )
    password = forms.CharField(
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="At least 8 characters, and not one that everybody uses.",
    )
